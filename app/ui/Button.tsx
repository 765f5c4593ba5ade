import type { ComponentProps, ReactNode } from 'react'
import './Button.css'

interface ButtonProps extends ComponentProps<'button'> {
  /** `filled`: the one main action of a screen. `outlined`: an ordinary one. `quiet`: text on a bar. `link`: inside text. */
  readonly look?: 'filled' | 'outlined' | 'quiet' | 'link'
  readonly icon?: ReactNode
}

export function Button({ look = 'outlined', icon, className = '', children, ...rest }: ButtonProps) {
  return (
    <button type="button" className={`button button-${look} ${className}`} {...rest}>
      {icon}
      {children}
    </button>
  )
}
