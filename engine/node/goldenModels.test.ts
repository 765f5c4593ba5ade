import { expect, test } from 'vitest'
import { differences, type GoldenModel, reportModel } from './goldenModels'
import { vertebra } from './testing/vertebra'

const resnet18: GoldenModel = {
  name: 'resnet18',
  family: 'resnet',
  params: 11_689_512,
  frozen_params: 0,
  input_size: [3, 224, 224],
  macs: { conv: 1_813_561_344, linear: 512_000, matmul: 0, total: 1_814_073_344 },
}

test('a model with the same figures matches', () => {
  expect(reportModel(resnet18)).toMatchObject({ outcome: 'exact', remarks: [] })
})

test('one parameter more is a difference, and is said', () => {
  const report = reportModel({ ...resnet18, params: resnet18.params + 1 })
  expect(report).toMatchObject({
    outcome: 'differs',
    remarks: ['parameters: ours 11689512, timm’s 11689513'],
  })
})

test('every kind of MACs counts for itself', () => {
  const ours = reportModel(resnet18)?.ours
  if (!ours) throw new Error('not counted')
  const moved = { ...resnet18, macs: { ...resnet18.macs, conv: 1_813_561_345, linear: 511_999 } }
  expect(differences(ours, moved)).toHaveLength(2)
})

test('a model without a preset has no row', () => {
  expect(reportModel({ ...resnet18, name: 'no_such_model' })).toBeNull()
})

test('a variant is the model on a larger picture', () => {
  const variant: GoldenModel = {
    ...resnet18,
    name: 'resnet18@448',
    variant_of: 'resnet18',
    input_size: [3, 448, 448],
    macs: { ...resnet18.macs, conv: 4 * resnet18.macs.conv },
  }
  expect(reportModel(variant)).toMatchObject({ outcome: 'exact' })
})

test('a design that knows one size only is left out with the reason', () => {
  const variant = { ...resnet18, name: 'x@384', variant_of: 'CSWin_96_24322_base_224' }
  const report = reportModel({ ...variant, input_size: [3, 384, 384] })
  expect(report?.outcome).toBe('left out')
  expect(report?.remarks).toHaveLength(1)
})

test('the command finds every covered model exact', async () => {
  const { code, out } = await vertebra('models', '--json')
  const { totals, models } = JSON.parse(out)
  expect(models.filter(({ outcome }: { outcome: string }) => outcome !== 'exact')).toEqual([])
  expect(totals).toMatchObject({ models: 872, exact: totals.covered, differing: 0 })
  expect(code).toBe(0)
}, 120_000)
