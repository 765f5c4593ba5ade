import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { expect, test } from 'vitest'
import { findPreset } from '../catalogue'
import { elements, type Shape, setInput } from '../index'
import { lower } from '../lower/lower'
import { matchWeights } from '../weights/matchWeights'
import type { FileTensor } from '../weights/safetensors'

const folder = join(import.meta.dirname, '../golden/keys')
const lists = readdirSync(folder).map((file) => basename(file, '.json'))

interface KeyList {
  readonly input_size: readonly [channels: number, height: number, width: number]
  readonly keys: readonly (readonly [name: string, shape: Shape, type: string])[]
}

test('there are the key lists of timm’s models', () => {
  expect(lists.length).toBeGreaterThanOrEqual(87)
})

/** Tensors of one size share their numbers, which do not matter here. */
const numbers = new Map<number, Float32Array>()
function someNumbers(shape: Shape): FileTensor {
  const size = elements(shape)
  const data = numbers.get(size) ?? new Float32Array(size)
  numbers.set(size, data)
  return { shape, data }
}

test.each(lists)('every tensor of timm’s %s is a weight of the preset, by name and size', (name) => {
  const list: KeyList = JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8'))
  const [, height, width] = list.input_size
  const preset = findPreset(name)
  if (!preset) throw new Error(`there is no preset ${name}`)
  const { graph } = lower(setInput(preset.document, { height, width }))
  const floats = list.keys.filter(([, , type]) => type === 'float32')
  const tensors = new Map(floats.map(([key, shape]) => [key, someNumbers(shape)]))
  const counters = list.keys.flatMap(([key, , type]) => (type === 'float32' ? [] : [key]))
  const { report } = matchWeights(graph, { tensors, counters })
  expect(report).toMatchObject({
    fits: report.wanted,
    namesOf: 'timm',
    missing: [],
    misshapen: [],
    unexpected: [],
    resampled: [],
  })
})
