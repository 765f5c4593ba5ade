/** What tests of names share: tiny golden models with their tensors, and what a whole match is. */
import { expect } from 'vitest'
import { lower } from '../../lower/lower'
import { pathOf } from '../../node/testing/goldenFiles'
import { readGoldenFile } from '../../node/verify/goldenCase'
import { goldenModel } from '../../presets/goldenCases'
import type { matchWeights } from '../matchWeights'
import { readSafetensors } from '../safetensors'
import { goldenTensors, safetensorsOf } from './checkpoint'

export type Tensors = ReturnType<typeof goldenTensors>

/** A tiny golden model, and its checkpoint as somebody else would have written it. */
export function tiny(name: string) {
  const golden = readGoldenFile(pathOf('tiny', name))
  if (golden.kind !== 'case') throw new Error(`${name} is no model`)
  const model = goldenModel(golden.golden.reference, golden.golden.input.shape[2] ?? 1)
  if (!model) throw new Error(`${name} is not built`)
  return {
    document: model.document,
    graph: lower(model.document).graph,
    tensors: goldenTensors(golden.golden),
    /** Some that the reference computed, by their places. */
    logits: golden.golden.outputs.logits?.samples ?? [],
  }
}

export const fileOf = (tensors: Tensors) => readSafetensors(safetensorsOf(tensors).buffer)
export const renamed = (tensors: Tensors, change: (name: string) => string): Tensors =>
  tensors.map((tensor) => ({ ...tensor, name: change(tensor.name) }))

const sameNumbers = (ours: Float32Array, theirs: Float32Array | undefined): boolean =>
  ours.length === theirs?.length && ours.every((value, index) => value === theirs[index])

/** Nothing is amiss, and every weight has the reference's numbers. */
export function expectWhole({ arrays, report }: ReturnType<typeof matchWeights>, tensors: Tensors): void {
  expect({ ...report, wanted: 0, fits: 0, namesOf: '', ignored: 0 }).toEqual({
    wanted: 0,
    fits: 0,
    namesOf: '',
    ignored: 0,
    resampled: [],
    positions: null,
    missing: [],
    unexpected: [],
    misshapen: [],
    notFinite: [],
  })
  expect(report.fits).toBe(report.wanted)
  for (const [name, values] of arrays) {
    const tensor = tensors.find((one) => one.name === name)
    expect(sameNumbers(values, tensor?.data)).toBe(true)
  }
}
