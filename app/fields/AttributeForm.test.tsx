import { act } from 'react'
import { createRoot, type Root } from 'react-dom/client'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { AttributeValue } from '../../engine/index'
import { modules } from '../../engine/parts'
import { AttributeForm } from './AttributeForm'

vi.stubGlobal('IS_REACT_ACT_ENVIRONMENT', true)

let host: HTMLElement
let root: Root
beforeEach(() => {
  host = document.body.appendChild(document.createElement('div'))
  root = createRoot(host)
})
afterEach(() => {
  act(() => root.unmount())
  host.remove()
})

function show(module: string, attrs: { [name: string]: AttributeValue } = {}) {
  const changes: [string, AttributeValue, string][] = []
  const definition = modules.find((candidate) => candidate.id === module)
  if (!definition) throw new Error(`there is no module ${module}`)
  act(() =>
    root.render(
      <AttributeForm
        schema={definition.attrs}
        attrs={attrs}
        onChange={(...change) => changes.push(change)}
        onGestureEnd={() => undefined}
      />,
    ),
  )
  return changes
}
const named = (name: string) => host.querySelector<HTMLElement>(`[aria-label="${name}"]`)

test.each(modules.map((definition) => [definition.id, definition] as const))(
  'the form of %s has a named control for every attribute that matters',
  (id, definition) => {
    show(id)
    const rows = [...host.querySelectorAll('[data-attribute]')]
    const shown = Object.entries(definition.attrs).filter(
      ([, field]) => !field.when || (definition.attrs[field.when.field]?.default ?? null) === field.when.is,
    )
    expect(rows.map((row) => row.getAttribute('data-attribute'))).toEqual(shown.map(([name]) => name))
    for (const row of rows) expect(row.querySelector('[aria-label]')).not.toBeNull()
  },
)

test('a flag changes by a press', () => {
  const changes = show('attention')
  act(() => named('Bias of Q, K, V')?.click())
  expect(changes).toEqual([['qkvBias', false, 'Bias of Q, K, V off']])
})

test('automatic becomes a number, and a number automatic', () => {
  const changes = show('attention')
  act(() => named('Heads: automatic')?.click())
  expect(changes[0]?.[0]).toBe('heads')
  expect(typeof changes[0]?.[1]).toBe('number')
  const back = show('attention', { heads: 8 })
  act(() => named('Heads: automatic')?.click())
  expect(back).toEqual([['heads', null, 'Heads to auto']])
})

test('what an attribute depends on hides it', () => {
  show('attention', { heads: 8 })
  expect(named('Head width')).toBeNull()
})

test('a step is one step, and stops at the limits', () => {
  const changes = show('attention', { heads: 8 })
  act(() => named('Heads: more')?.click())
  expect(changes).toEqual([['heads', 9, 'Heads to 9']])
  show('attention', { heads: 1 })
  expect(named('Heads: less')?.hasAttribute('disabled')).toBe(true)
})
