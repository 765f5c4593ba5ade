import type { Value } from '../../graph/graph'
import { batchNorm } from '../../nn/batchNorm'
import { type Conv2dOptions, conv2d } from '../../nn/conv2d'
import type { ModuleBuilder } from '../../nn/moduleBuilder'
import { averagePool } from '../../nn/pool'
import { resize } from '../../nn/resample'
import { autoInt, flag, int, slot } from '../../schema/schema'
import { mapSizes } from '../layout'
import { defineModule } from '../module'
import { checkWindow } from '../window'

const eps = 1e-5

/**
 * Half of the channels by a 1×1 convolution, the other half, ghosts of them, by a cheap 3×3 one per channel. With the
 * gate of GhostNetV2 a convolution along rows and one along columns, at half the size, decide what passes where. While
 * training, GhostNetV3 lets several convolutions stand side by side in the place of each.
 *
 * x [n, h, w, c] → [n, h, w, dim]. MACs tc·dim/2 + 9t·dim/2. Han et al. 2019, https://arxiv.org/abs/1911.11907; V2: Tang et
 * al. 2022, https://arxiv.org/abs/2211.12905; V3: Liu et al. 2024, https://arxiv.org/abs/2404.11202
 */
export const ghostConv = defineModule({
  id: 'ghostConv',
  title: 'Ghost convolution',
  shortTitle: 'Ghost',
  kind: 'tensor',
  summary: 'Makes half of its channels properly and the other half cheaply from them.',
  formula: 'y = [σ(BN(X·W)), σ(BN(DW₃(σ(BN(X·W)))))]',
  paper: {
    title: 'GhostNet: More Features from Cheap Operations',
    authors: 'Han et al.',
    year: 2019,
    url: 'https://arxiv.org/abs/1911.11907',
  },
  inputs: ['x'],
  attrs: {
    dim: autoInt({ label: 'Channels', default: null, min: 1, max: 8192, auto: 'as the input' }),
    gated: flag({ label: 'Gate', help: 'Rows and columns decide what passes (V2).', default: false }),
    branches: int({
      label: 'Branches',
      help: 'Convolutions side by side that merge after training (V3 has three).',
      default: 1,
      min: 1,
      max: 8,
    }),
    act: slot({ label: 'Activation', of: 'activation', default: 'relu' }),
  },
  subtitle: ({ dim, gated }, width) => `→ ${dim ?? width ?? 'same'}${gated ? ', gated' : ''}`,
  build(b, [x], { dim, gated, branches, act }) {
    const { h, w, c } = mapSizes('ghostConv', x)
    const out = dim ?? c
    const half = Math.ceil(out / 2)
    const activated = (name: string, y: Value) => b.module(act, name, y)
    const one = { out: half, kernel: 1 }
    const cheap = { out: half, kernel: 3, padding: 1, groups: half }
    const [first, second] =
      branches === 1
        ? (() => {
            const made = activated('primary_conv.2', unit(b, x, 'primary_conv', ['0', '1'], one))
            return [made, activated('cheap_operation.2', unit(b, made, 'cheap_operation', ['0', '1'], cheap))]
          })()
        : (() => {
            const made = activated('primary_activation', beside(b, x, 'primary_rpr_conv', branches, one))
            const scaled = unit(b, made, 'cheap_rpr_scale', ['conv', 'bn1'], {
              ...cheap,
              kernel: 1,
              padding: 0,
            })
            const kept = b.add(scaled, batchNorm(b, made, { name: 'cheap_rpr_skip', eps }))
            const ghosts = b.add(kept, beside(b, made, 'cheap_rpr_conv', branches, cheap))
            return [made, activated('cheap_activation', ghosts)]
          })()
    const both = b.concat([first, second], 3)
    const y = b.slice(both, { start: [0, 0, 0, 0], size: [...both.shape.slice(0, 3), out] })
    if (!gated) return y
    checkWindow('ghostConv', x, 2, 0)
    const gate = b.sigmoid(shortcut(b, x, out))
    return b.mul(y, resize(b, gate, { height: h, width: w, mode: 'nearest' }))
  },
})

type Convolution = Omit<Conv2dOptions, 'name' | 'bias'>

/** Convolution and norm, called by the two names. */
function unit(
  b: ModuleBuilder,
  x: Value,
  name: string,
  [conv, norm]: readonly [string, string],
  options: Convolution,
): Value {
  return b.part(name, () =>
    batchNorm(b, conv2d(b, x, { name: conv, ...options, bias: false }), { name: norm, eps }),
  )
}

/** The sum of several of them. */
function beside(b: ModuleBuilder, x: Value, name: string, count: number, options: Convolution): Value {
  return Array.from({ length: count }, (_, index) =>
    unit(b, x, `${name}.${index}`, ['conv', 'bn1'], options),
  ).reduce((sum, y) => b.add(sum, y))
}

/** At half the size: 1×1, then along rows, then along columns. */
function shortcut(b: ModuleBuilder, x: Value, out: number): Value {
  const small = averagePool(b, x, { kernel: 2, stride: 2, padding: 0, countIncludePad: true })
  return b.part('short_conv', () => {
    const steps: readonly Convolution[] = [
      { out, kernel: 1 },
      { out, kernel: [1, 5], padding: [0, 2], groups: out },
      { out, kernel: [5, 1], padding: [2, 0], groups: out },
    ]
    return steps.reduce(
      (y, options, index) =>
        batchNorm(b, conv2d(b, y, { name: `${2 * index}`, ...options, bias: false }), {
          name: `${2 * index + 1}`,
          eps,
        }),
      small,
    )
  })
}
