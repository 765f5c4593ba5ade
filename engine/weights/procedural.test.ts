import { expect, test } from 'vitest'
import { hashOfName, proceduralImage, proceduralWeights, unitValue } from './procedural'

/** Excerpts of `check_values` of golden cases: tensor, shape, a, b, [flat index, value] in nine digits. */
const recorded: readonly [
  string,
  readonly number[],
  number,
  number,
  readonly (readonly [number, number])[],
][] = [
  // vit_cls
  [
    'cls_token',
    [1, 1, 48],
    0,
    0.5,
    [
      [0, 0.0318540931],
      [1, -0.358879328],
      [2, -0.263339102],
      [24, -0.252768695],
    ],
  ],
  [
    'blocks.1.norm1.weight',
    [48],
    1,
    0.1,
    [
      [0, 0.983485281],
      [1, 0.960726202],
      [2, 0.9070068],
      [24, 0.928544343],
    ],
  ],
  [
    'head.bias',
    [10],
    0,
    0.1,
    [
      [0, -0.00669977674],
      [1, 0.046054922],
      [2, -0.0231780894],
      [5, -0.0188391563],
    ],
  ],
  // resnet_basic
  [
    'conv1.weight',
    [64, 3, 7, 7],
    0,
    0.142857,
    [
      [0, -0.0724366382],
      [1, -0.135865182],
      [4704, -0.0541593991],
    ],
  ],
  [
    'layer2.0.bn2.running_mean',
    [24],
    0,
    0.056,
    [
      [0, -0.0200054515],
      [2, 0.00488510495],
      [12, -0.025320733],
    ],
  ],
  // metaformer_caformer
  [
    'stem.conv.weight',
    [12, 3, 7, 7],
    0,
    0.142857,
    [
      [0, -0.105392143],
      [1, 0.0971184149],
      [882, 0.00422199722],
    ],
  ],
  [
    'stages.2.blocks.1.norm1.weight',
    [32],
    1,
    0.1,
    [
      [0, 1.0325197],
      [1, 1.0339179],
      [16, 1.09637165],
    ],
  ],
]

test.each(recorded)('%s %j is the reference’s, bit for bit', (name, shape, a, b, values) => {
  const ours = proceduralWeights(name, shape, { a, b })
  expect(ours).toHaveLength(shape.reduce((product, size) => product * size, 1))
  for (const [index, value] of values) expect(ours[index]).toBe(Math.fround(value))
})

test('the picture is the reference’s with its channels last', () => {
  const size = 64
  const image = proceduralImage([1, size, size, 3], { a: 0, b: 0.5, cells: { n: 8, b: 1 } })
  // resnet_basic counts channels first: element 6144 is channel 1, row 32, column 0.
  const at = (channel: number, row: number, column: number) => image[(row * size + column) * 3 + channel]
  expect(at(0, 0, 0)).toBe(Math.fround(0.810984135))
  expect(at(0, 0, 1)).toBe(Math.fround(1.08830512))
  expect(at(0, 0, 2)).toBe(Math.fround(0.359943926))
  expect(at(1, 32, 0)).toBe(Math.fround(0.224964917))
})

test('the seed is FNV-1a of the name', () => {
  // Published test vectors of the function.
  expect(hashOfName('')).toBe(0x811c9dc5)
  expect(hashOfName('a')).toBe(0xe40c292c)
  expect(hashOfName('foobar')).toBe(0xbf9cf968)
})

test('units lie in [-1, 1) and are exact in float32', () => {
  for (let index = 0; index < 1000; index++) {
    const u = unitValue(12345, index)
    expect(u).toBeGreaterThanOrEqual(-1)
    expect(u).toBeLessThan(1)
    expect(Math.fround(u)).toBe(u)
  }
})
