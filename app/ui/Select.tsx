import { Check, ChevronsUpDown } from 'lucide-react'
import { Select as RadixSelect } from 'radix-ui'
import type { ReactNode } from 'react'
import './Select.css'

interface SelectProps<V extends string> {
  readonly id?: string
  readonly label: string
  readonly value: V
  readonly options: readonly { readonly value: V; readonly label: string; readonly icon?: ReactNode }[]
  readonly onChange: (value: V) => void
}

export function Select<V extends string>({ id, label, value, options, onChange }: SelectProps<V>) {
  const choose = (chosen: string) => {
    const option = options.find((candidate) => candidate.value === chosen)
    if (option) onChange(option.value)
  }
  return (
    <RadixSelect.Root value={value} onValueChange={choose}>
      <RadixSelect.Trigger id={id} className="select" aria-label={label}>
        <span className="ellipsis">
          <RadixSelect.Value placeholder={value} />
        </span>
        <ChevronsUpDown size={12} strokeWidth={1.6} aria-hidden="true" className="select-chevron" />
      </RadixSelect.Trigger>
      <RadixSelect.Portal>
        <RadixSelect.Content className="menu" position="popper" sideOffset={4} collisionPadding={8}>
          <RadixSelect.Viewport>
            {options.map((option) => (
              <RadixSelect.Item key={option.value} value={option.value} className="menu-item">
                {option.icon}
                <RadixSelect.ItemText>{option.label}</RadixSelect.ItemText>
                <RadixSelect.ItemIndicator className="menu-check">
                  <Check size={14} strokeWidth={1.6} aria-hidden="true" />
                </RadixSelect.ItemIndicator>
              </RadixSelect.Item>
            ))}
          </RadixSelect.Viewport>
        </RadixSelect.Content>
      </RadixSelect.Portal>
    </RadixSelect.Root>
  )
}
