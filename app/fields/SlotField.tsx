import { Settings2 } from 'lucide-react'
import { useState } from 'react'
import {
  type Attributes,
  findModule,
  type SlotField as SlotFieldType,
  type SlotValue,
  slotAttributes,
  slotModule,
} from '../../engine/index'
import { ModuleGlyph } from '../glyphs/ModuleGlyph'
import { knownModules } from '../state/modules'
import { IconButton } from '../ui/IconButton'
import { Select } from '../ui/Select'
import type { FieldProps } from './fieldProps'

/** Another module inside this one: which, and its own settings. */
export function SlotField({
  id,
  field,
  value,
  form: Form,
  onChange,
  onGestureEnd,
}: FieldProps<SlotFieldType>) {
  const [isOpen, setOpen] = useState(false)
  const slot = isSlot(value) ? value : field.default
  const chosen = slotModule(slot)
  const definition = findModule(chosen)
  const hasSettings = definition !== undefined && Object.keys(definition.attrs).length > 0
  const options = knownModules()
    .filter((candidate) => candidate.kind === field.of)
    .map((candidate) => ({
      value: candidate.id,
      label: candidate.title,
      icon: <ModuleGlyph module={candidate.id} size="dot" />,
    }))
  const set = (attrs: Attributes) =>
    onChange(Object.keys(attrs).length === 0 ? chosen : { module: chosen, attrs })
  return (
    <>
      <div className="attribute-slot">
        <Select
          id={id}
          label={field.label}
          value={chosen}
          options={withUnknown(options, chosen)}
          onChange={onChange}
        />
        {hasSettings && (
          <IconButton
            label={`Settings of ${definition.title}`}
            aria-expanded={isOpen}
            onClick={() => setOpen(!isOpen)}
          >
            <Settings2 size={14} strokeWidth={1.6} aria-hidden="true" />
          </IconButton>
        )}
      </div>
      {hasSettings && isOpen && (
        <div className="attribute-slot-form">
          <Form
            schema={definition.attrs}
            attrs={slotAttributes(slot)}
            onChange={(name, nested) => set({ ...slotAttributes(slot), [name]: nested })}
            onGestureEnd={onGestureEnd}
          />
        </div>
      )}
    </>
  )
}

const isSlot = (value: unknown): value is SlotValue =>
  typeof value === 'string' || (typeof value === 'object' && value !== null && 'module' in value)

/** A module of another version is kept and shown by its id. */
const withUnknown = <O extends { readonly value: string; readonly label: string }>(
  options: readonly O[],
  chosen: string,
) =>
  options.some((option) => option.value === chosen)
    ? options
    : [...options, { value: chosen, label: `${chosen} (unknown)` }]
