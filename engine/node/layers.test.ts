import { readdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import { expect, test } from 'vitest'
import type { Value } from '../graph/graph'
import { modules } from '../modules'
import { ModuleBuilder } from '../nn/moduleBuilder'
import { evaluate } from '../ops/evaluate'
import {
  type Attributes,
  completeAttributes,
  type SlotValue,
  slotAttributes,
  slotModule,
} from '../schema/schema'
import { proceduralWeights } from '../weights/procedural'
import { compareTensor } from './verify/compare'
import { readGoldenFile } from './verify/goldenCase'
import { goldenTensor } from './verify/goldenInput'

/** Golden cases of single layers on tokens or a map: which module of ours stands for each. */
interface Layer {
  readonly module: string
  readonly attrs: Attributes
  readonly keys?: { readonly [local: string]: string }
  /** The reference's layer adds its input. */
  readonly residual?: boolean
}

const nonLocal = (attrs: Attributes): Layer => ({ module: 'nonLocal', attrs, residual: true })
const projections = {
  q: 'query_projection',
  k: 'key_projection',
  v: 'value_projection',
  proj: 'out_projection',
}
const layers: { readonly [name: string]: Layer } = {
  linear_attention_elu: {
    module: 'linearAttention',
    attrs: { heads: 4 },
    keys: projections,
  },
  performer_favor: {
    module: 'linearAttention',
    attrs: { heads: 4, features: 'favor', count: 16 },
    keys: { ...projections, omega: 'inner_attention.feature_map.omega' },
  },
  nonlocal_embedded_gaussian: nonLocal({}),
  nonlocal_embedded_gaussian_nosub: nonLocal({ pooled: false }),
  nonlocal_gaussian: nonLocal({ form: 'gaussian' }),
  nonlocal_dot_product: nonLocal({ form: 'dot' }),
  nonlocal_concatenation: nonLocal({ form: 'concat' }),
}

const folder = join(import.meta.dirname, '../golden/cases/layers')

test.each(readdirSync(folder).map((file) => basename(file, '.json')))('%s is as recorded', (name) => {
  const file = readGoldenFile(join(folder, `${name}.json`))
  const layer = layers[name]
  if (file.kind !== 'case' || !layer) throw new Error(`no module stands for ${name}`)
  const { input, tensors, outputs } = file.golden
  const [n = 1, ...rest] = input.shape
  const isMap = rest.length === 3
  const shape = isMap ? [n, ...rest.slice(1), rest[0] ?? 1] : input.shape
  const values = new Map(tensors.map(([key, , a, b]) => [key, { a, b }]))
  const b = new ModuleBuilder({ buildModule: built, values })
  const x = b.input('x', shape)
  const slot = { module: layer.module, attrs: layer.attrs }
  const y = b.instance('layer', '', layer.keys ?? {}, () => built(b, slot, [x]))
  const output = layer.residual ? b.add(y, x) : y
  const graph = b.finish([output])
  const keys = graph.nodes.flatMap((node) => (node.op === 'param' ? [node.attrs.name] : []))
  expect(keys.sort()).toEqual(tensors.map(([key]) => key).sort())
  const picture = goldenTensor({ tensor: 'input', ...input }, false)
  const result = evaluate(graph, {
    inputs: new Map([['x', picture]]),
    params: ({ attrs, shape }) => proceduralWeights(attrs.name, shape, attrs),
  }).get(output.id)
  if (!outputs.logits) throw new Error(`${name} records no output`)
  const record = { ...outputs.logits, layout: isMap ? 'NCHW' : 'NLC' }
  const ours = { shape: output.shape, data: Float32Array.from(result ?? []) }
  expect(compareTensor(record, ours, 5e-5)).toMatchObject({ passes: true })
})

function built(b: ModuleBuilder, slot: SlotValue, inputs: readonly Value[]): Value {
  const module = modules.find(({ id }) => id === slotModule(slot))
  if (!module) throw new Error(`no module ${slotModule(slot)}`)
  return module.build(b, inputs, completeAttributes(module.attrs, slotAttributes(slot)))
}
