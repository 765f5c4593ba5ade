import type { Value } from '../graph/graph'
import { conv2d } from '../nn/conv2d'
import type { ModuleBuilder } from '../nn/moduleBuilder'
import { int } from '../schema/schema'
import { checkWindow } from './window'

/** How many convolutions, and the smallest of their windows; every further one is twice as large. */
export const scaleFields = (smallest: number, scales: number) => ({
  patchSize: int({
    label: 'Smallest window',
    help: 'Also the step between windows.',
    default: smallest,
    min: 1,
    max: 32,
  }),
  scales: int({
    label: 'Scales',
    help: 'Each window is twice the one before.',
    default: scales,
    min: 1,
    max: 6,
  }),
})

/**
 * The same places seen through windows of several sizes: the smallest gives half of the channels, the next a quarter, and so
 * on; the last two give equally many. x [n, h, w, c] → [n, h/s, w/s, dim].
 *
 * Wang et al. 2021, CrossFormer ("cross-scale embedding"), https://arxiv.org/abs/2108.00154
 */
export function crossScale(
  b: ModuleBuilder,
  who: string,
  x: Value,
  options: {
    readonly name: string
    readonly dim: number
    readonly patchSize: number
    readonly scales: number
  },
): Value {
  const { name, dim, patchSize, scales } = options
  const seen = Array.from({ length: scales }, (_, scale) => {
    const kernel = patchSize * 2 ** scale
    const padding = Math.floor((kernel - patchSize) / 2)
    checkWindow(who, x, kernel, padding)
    const out = Math.max(1, Math.floor(dim / 2 ** Math.min(scale + 1, scales - 1)))
    return conv2d(b, x, { name: `${name}.${scale}`, out, kernel, stride: patchSize, padding, bias: true })
  })
  return b.concat(seen, 3)
}
