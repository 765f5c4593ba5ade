import { Switch as RadixSwitch } from 'radix-ui'
import './Switch.css'

interface SwitchProps {
  readonly id?: string
  readonly label?: string
  readonly checked: boolean
  readonly onChange: (checked: boolean) => void
  readonly disabled?: boolean
}

export function Switch({ id, label, checked, onChange, disabled = false }: SwitchProps) {
  return (
    <RadixSwitch.Root
      {...(id === undefined ? {} : { id })}
      className="switch"
      aria-label={label}
      checked={checked}
      onCheckedChange={onChange}
      disabled={disabled}
    >
      <RadixSwitch.Thumb className="switch-thumb" />
    </RadixSwitch.Root>
  )
}
