/** Parameters and MACs of the models that timm counts, beside ours. */
import { z } from 'zod'
import { findPreset } from '../catalogue'
import { setInput } from '../index'
import { type Figures, figuresOf } from './figures'

const goldenModel = z.object({
  name: z.string(),
  family: z.string(),
  params: z.number(),
  frozen_params: z.number(),
  input_size: z.tuple([z.number(), z.number(), z.number()]),
  macs: z.object({ conv: z.number(), linear: z.number(), matmul: z.number(), total: z.number() }),
  /** `name@384` is this model on a larger picture. */
  variant_of: z.string().optional(),
})
export type GoldenModel = z.infer<typeof goldenModel>

export const parseGoldenModels = (text: string): GoldenModel[] =>
  z.object({ models: z.array(goldenModel) }).parse(JSON.parse(text)).models

export interface ModelReport {
  readonly golden: GoldenModel
  readonly outcome: 'exact' | 'differs' | 'left out'
  /** Null where our design cannot be counted. */
  readonly ours: Figures | null
  /** One sentence per figure that differs, or why the row is left out. */
  readonly remarks: readonly string[]
}

/** Null when no preset covers the model. */
export function reportModel(golden: GoldenModel): ModelReport | null {
  const preset = findPreset(golden.name) ?? (golden.variant_of && findPreset(golden.variant_of))
  if (!preset) return null
  const [, height, width] = golden.input_size
  const isVariant = preset.id !== golden.name
  try {
    const document = isVariant ? setInput(preset.document, { height, width }) : preset.document
    const ours = figuresOf(document)
    const remarks = differences(ours, golden)
    return { golden, outcome: remarks.length === 0 ? 'exact' : 'differs', ours, remarks }
  } catch (error) {
    // A design whose tokens are fixed cannot be had in another size; at its own size it must be whole.
    const reason = error instanceof Error ? error.message : String(error)
    return { golden, outcome: isVariant ? 'left out' : 'differs', ours: null, remarks: [reason] }
  }
}

export function differences(ours: Figures, golden: GoldenModel): string[] {
  const pairs: [what: string, ours: number, golden: number][] = [
    ['parameters', ours.params, golden.params],
    ['frozen parameters', ours.frozen, golden.frozen_params],
    ['MACs of convolutions', ours.macs.conv, golden.macs.conv],
    ['MACs of linear layers', ours.macs.linear, golden.macs.linear],
    ['MACs of products', ours.macs.matmul, golden.macs.matmul],
  ]
  return pairs.flatMap(([what, mine, theirs]) =>
    mine === theirs ? [] : [`${what}: ours ${mine}, timm’s ${theirs}`],
  )
}
