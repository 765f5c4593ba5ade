import { expect, test } from 'vitest'
import type { Figures } from './figures'
import { compare, compareTables, digitsOf, presetOf } from './published'
import { vertebra } from './testing/vertebra'

const ours: Figures = {
  params: 28_566_000,
  frozen: 0,
  headParams: 2_049_000,
  macs: { conv: 1e9, linear: 3.06e9, matmul: 0.5e9, total: 4.56e9 },
  elementwise: 0.1e9,
}

test('what is equal as printed needs no reason', () => {
  expect(compare('params', 29, 0, ours)).toEqual({ quantity: 'params', printed: '29', ours: '29' })
  expect(compare('macs', 4.6, 1, ours)).toEqual({ quantity: 'macs', printed: '4.6', ours: '4.6' })
})

test('without a preset there is nothing of ours', () => {
  expect(compare('macs', 4.6, 1, null)).toEqual({ quantity: 'macs', printed: '4.6', ours: null })
})

test.each([
  ['params', 27, 0, 'counted without the head (26.52)'],
  ['macs', 4.1, 1, 'counted without the products of attention (4.060)'],
  ['macs', 4.5, 1, 'cut off, not rounded (4.560)'],
  ['params', 26, 0, 'counted without the head, cut off, not rounded (26.52)'],
  ['params', 28.6, 1, undefined],
  ['macs', 5.2, 1, undefined],
] as const)('%s printed as %s', (quantity, printed, digits, reason) => {
  expect(compare(quantity, printed, digits, ours).reason).toBe(reason)
})

test('a known reason stands only where its count gives the printed number', () => {
  expect(compare('macs', 5.2, 1, ours, [['counted twice', 9.1]]).reason).toBeUndefined()
  expect(compare('macs', 5.2, 1, ours, [['counted with more', 5.18]]).reason).toBe(
    'counted with more (5.180)',
  )
  expect(compare('macs', 5.2, 1, ours, [['the sources disagree', null]]).reason).toBe('the sources disagree')
})

test('a column has the digits of its longest number', () => {
  const rows = [
    { model: 'a', seed: 0, table: 't', params_M: 22, macs_G: 4 },
    { model: 'b', seed: 0, table: 't', params_M: 23, flops_G: 4.2 },
  ]
  expect(digitsOf(rows)).toEqual({ params: 0, frozen: 0, macs: 1 })
})

test('signs, references and recipes are no part of a model’s name', () => {
  for (const name of ['Swin-B', 'Swin-B ‡', 'Swin-B [42]']) {
    expect(presetOf(name)?.id).toBe('swin_base_patch4_window7_224')
  }
  expect(presetOf('RSB-ResNet-50')?.id).toBe('resnet50')
  expect(presetOf('DINO / ViT-S/8')?.id).toBe('vit_small_patch8_224')
  expect(presetOf('DINO / RN50w2')).toBeNull()
})

test('a row that prints a second size is two, and a size of its own has its own preset', () => {
  const row = { model: 'Swin-B', seed: 2, table: 't', resolution: '224', macs_G: 15.4, macs_G_384: 47.1 }
  const [printed] = compareTables([row])
  expect(printed?.rows.map(({ side, preset, outcome }) => [side, preset, outcome])).toEqual([
    [224, 'swin_base_patch4_window7_224', 'agrees'],
    [384, 'swin_base_patch4_window12_384', 'agrees'],
  ])
})

test('a detector around a model is another network', () => {
  const row = { model: 'Swin-T', seed: 0, table: 't', framework: 'UperNet', flops_G: 945 }
  expect(compareTables([row])[0]?.rows[0]).toMatchObject({
    outcome: 'no preset',
    remarks: ['no preset yet of UperNet around it'],
  })
})

test('the command prints every row, and each that differs has its reason', async () => {
  const { code, out } = await vertebra('published', '--json')
  const { totals, tables } = JSON.parse(out)
  const rows = tables.flatMap((table: { rows: unknown[] }) => table.rows)
  expect(rows.filter(({ outcome }: { outcome: string }) => outcome === 'unexplained')).toEqual([])
  expect(rows.length).toBe(totals.lines)
  expect(totals.rows).toBe(544)
  expect(code).toBe(0)
}, 120_000)
