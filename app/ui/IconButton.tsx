import type { ComponentProps, ReactNode } from 'react'
import { Tooltip } from './Tooltip'
import './IconButton.css'

interface IconButtonProps extends Omit<ComponentProps<'button'>, 'aria-label'> {
  /** The button's name, also in its tooltip. */
  readonly label: string
  readonly shortcut?: string | undefined
  readonly side?: 'top' | 'right' | 'bottom' | 'left'
  readonly children: ReactNode
}

export function IconButton({
  label,
  shortcut,
  side = 'bottom',
  className = '',
  children,
  ...rest
}: IconButtonProps) {
  return (
    <Tooltip text={label} shortcut={shortcut} side={side}>
      <button type="button" className={`icon-button ${className}`} aria-label={label} {...rest}>
        {children}
      </button>
    </Tooltip>
  )
}
