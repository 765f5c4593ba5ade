import { Check } from 'lucide-react'
import { Checkbox as RadixCheckbox } from 'radix-ui'
import { type ReactNode, useId } from 'react'
import './Checkbox.css'

interface CheckboxProps {
  readonly checked: boolean
  readonly onChange: (checked: boolean) => void
  /** At the right end. */
  readonly note?: string
  readonly children: ReactNode
}

export function Checkbox({ checked, onChange, note, children }: CheckboxProps) {
  const id = useId()
  return (
    <div className="checkbox-row">
      <RadixCheckbox.Root
        id={id}
        className="checkbox"
        checked={checked}
        onCheckedChange={(state) => onChange(state === true)}
      >
        <RadixCheckbox.Indicator>
          <Check size={12} strokeWidth={2.4} aria-hidden="true" />
        </RadixCheckbox.Indicator>
      </RadixCheckbox.Root>
      <label htmlFor={id}>{children}</label>
      {note !== undefined && <span className="muted">{note}</span>}
    </div>
  )
}
