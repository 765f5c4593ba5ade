/** What the attentions of LeViT's kind share: narrow keys, wide values, and a norm after every projection. */
import type { Value } from '../graph/graph'
import type { ModuleBuilder } from '../nn/moduleBuilder'
import { flag, int, number, type SlotValue, slot } from '../schema/schema'
import { pointwise, weightsField } from './pointwise'

/** What a form says when nobody says otherwise. */
interface Usual {
  readonly valueRatio: number
  readonly act?: string
  readonly bias?: boolean
  readonly weights?: 'linear' | 'conv'
}

export const narrowHeadFields = ({
  valueRatio,
  act = 'hardswish',
  bias = false,
  weights = 'linear',
}: Usual) => ({
  keyDim: int({
    label: 'Key width',
    help: 'Channels of a query and of a key.',
    default: 32,
    min: 1,
    max: 512,
  }),
  valueRatio: number({
    label: 'Value width',
    help: 'Channels of a value as a multiple of a key’s.',
    default: valueRatio,
    min: 0.125,
    max: 16,
  }),
  act: slot({ label: 'Activation', help: 'Before the projection.', of: 'activation', default: act }),
  norm: slot({ label: 'Norm', help: 'After each projection.', of: 'norm', default: 'batchNorm' }),
  bias: flag({ label: 'Biases', help: 'Of the projections.', default: bias }),
  weights: weightsField(weights),
})

interface NormedLinear {
  readonly name: string
  readonly out: number
  readonly norm: SlotValue
  readonly bias: boolean
  readonly weights: 'linear' | 'conv'
}

/** One linear map for every position and a norm, as parts `linear` and `bn` of the part `name`. */
export const normedLinear = (
  b: ModuleBuilder,
  x: Value,
  { name, out, norm, bias, weights }: NormedLinear,
): Value => b.part(name, () => b.module(norm, 'bn', pointwise(b, x, { name: 'linear', out, bias, weights })))

/** `count` channels from channel `start` on. */
export function someChannels(b: ModuleBuilder, x: Value, start: number, count: number): Value {
  const others = x.shape.slice(0, -1)
  return b.slice(x, { start: [...others.map(() => 0), start], size: [...others, count] })
}
