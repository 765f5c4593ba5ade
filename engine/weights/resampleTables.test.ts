import { expect, test } from 'vitest'
import { goldenFiles } from '../node/testing/goldenFiles'
import { readGoldenFile } from '../node/verify/goldenCase'
import { proceduralWeights } from './procedural'
import { resampled } from './resampleTables'

const square = { height: 224, width: 224 }

test.each(['resample_abs_pos_embed', 'resample_abs_pos_embed_down'])('%s is timm’s', (name) => {
  const [[, path] = ['', '']] = goldenFiles('ops')
  const file = readGoldenFile(path)
  const op = file.kind === 'ops' ? file.ops.find((one) => one.op === name) : undefined
  const input = op?.inputs.p
  if (!op || !input) throw new Error(`there is no ${name}`)
  const data = proceduralWeights(input.tensor, input.shape, input)
  const ours = resampled('pos_embed', { shape: input.shape, data }, op.output.shape, square)
  expect(ours).toHaveLength(op.output.values.length)
  for (const [index, value] of op.output.values.entries()) expect(ours?.[index]).toBeCloseTo(value, 5)
})

/** Computed by timm 1.0.28's resize_rel_pos_bias_table and resize_rel_pos_bias_table_levit from procedural tables. */
const recorded: readonly [
  string,
  readonly number[],
  readonly number[],
  readonly (readonly [number, number])[],
][] = [
  [
    't.relative_position_bias_table',
    [49, 2],
    [169, 2],
    [
      [0, -0.4111716],
      [1, 0.2915334],
      [5, 0.04531207],
      [40, 0.3908697],
      [84, -0.09697456],
      [168, 0.3075557],
      [169, -0.1196831],
      [200, 0.1115072],
      [337, -0.2178099],
    ],
  ],
  [
    't.relative_position_bias_table',
    [52, 2],
    [124, 2],
    [
      [0, -0.4111716],
      [7, -0.3597505],
      [120, 0.3075557],
      [241, -0.2178099],
      [242, -0.4878246],
      [247, 0.4566258],
    ],
  ],
  [
    't.relative_position_bias_table',
    [2, 7, 7],
    [2, 11, 11],
    [
      [0, -0.4111716],
      [1, -0.1769375],
      [7, -0.01007281],
      [120, 0.3075557],
      [121, -0.1196831],
      [241, -0.2178099],
    ],
  ],
  [
    't.relative_position_bias_table',
    [169, 2],
    [49, 2],
    [
      [0, -0.01522713],
      [1, -0.05649659],
      [5, -0.4895703],
      [48, -0.3557211],
      [97, -0.2632429],
    ],
  ],
  [
    't.attention_biases',
    [3, 16],
    [3, 49],
    [
      [0, -0.4186635],
      [1, -0.3555003],
      [60, -0.5017054],
      [146, 0.2987475],
    ],
  ],
]

test.each(recorded)('%s %j -> %j is timm’s', (name, shape, wanted, values) => {
  const data = proceduralWeights(name, shape, { a: 0, b: 0.5 })
  const ours = resampled(name, { shape, data }, wanted, square)
  for (const [index, value] of values) expect(ours?.[index]).toBeCloseTo(value, 5)
})

test('a map of positions with its channels first or last is resampled along its sides alone', () => {
  const ramp = Float32Array.from({ length: 2 * 4 * 4 }, (_, i) => (i < 16 ? 1 : 2))
  const first = resampled('pos_embed', { shape: [1, 2, 4, 4], data: ramp }, [1, 2, 6, 3], square)
  expect(first).toHaveLength(36)
  for (const [index, value] of first?.entries() ?? []) expect(value).toBeCloseTo(index < 18 ? 1 : 2, 5)
  const last = Float32Array.from({ length: 4 * 4 * 3 }, (_, i) => i % 3)
  const ours = resampled('pos_embed', { shape: [1, 4, 4, 3], data: last }, [1, 7, 7, 3], square)
  for (const [index, value] of ours?.entries() ?? []) expect(value).toBeCloseTo(index % 3, 5)
})

test('what counts no positions, or has other channels, is not resampled', () => {
  const table = { shape: [1, 17, 4], data: new Float32Array(68) }
  expect(resampled('head.weight', table, [1, 37, 4], square)).toBeNull()
  expect(resampled('pos_embed', table, [1, 37, 8], square)).toBeNull()
  expect(resampled('pos_embed', table, [1, 38, 4], square)).toBeNull()
})
