import { ShapeError } from '../errors'
import type { Value } from '../graph/graph'
import type { ModuleBuilder } from '../nn/moduleBuilder'
import { divisorChoice } from './divisors'

interface ComplexMlpOptions {
  /** Groups of channels that are mixed apart from each other. */
  readonly blocks: number
  /** Hidden channels as a multiple of the channels. */
  readonly ratio?: number
  /** What the weights of both layers are called, and their biases. */
  readonly weights: readonly [string, string]
  readonly biases: readonly [string, string]
}

/**
 * Two layers of complex numbers with a ReLU of both parts between them, block by block of the channels and the same for every wave.
 *
 * z [2, …, c], real parts first → the same shape. Parameters 4·r·c²/blocks (+ biases).
 */
export function complexMlp(b: ModuleBuilder, who: string, z: Value, options: ComplexMlpOptions): Value {
  const { blocks, ratio = 1, weights, biases } = options
  const c = z.shape.at(-1) ?? 1
  const width = c / blocks
  if (!Number.isInteger(width)) throw blocksError(who, c, blocks)
  const waves = z.shape.slice(1, -1).reduce((product, size) => product * size, 1)
  const hidden = layer(b, b.transpose(b.reshape(z, [2, waves, blocks, width]), [2, 1, 0, 3]), {
    weight: weights[0],
    bias: biases[0],
    out: ratio * width,
  })
  const mixed = layer(b, b.relu(hidden), { weight: weights[1], bias: biases[1], out: width })
  return b.reshape(b.transpose(mixed, [2, 1, 0, 3]), z.shape)
}

/** [blocks, waves, part, in] -> [blocks, waves, part, out]: (x + iy)(U + iV) as one product with [[U, V], [−V, U]]. */
function layer(
  b: ModuleBuilder,
  z: Value,
  { weight, bias, out }: { weight: string; bias: string; out: number },
): Value {
  const [blocks = 1, , , width = 1] = z.shape
  const stored = b.weight(weight, [2, blocks, width, out], { init: 'weight', fanIn: width })
  const part = (index: 0 | 1) =>
    b.reshape(b.slice(stored, { start: [index, 0, 0, 0], size: [1, blocks, width, out] }), [
      blocks,
      1,
      width,
      1,
      out,
    ])
  const [real, imaginary] = [part(0), part(1)]
  const matrix = b.concat([b.concat([real, imaginary], 3), b.concat([b.neg(imaginary), real], 3)], 1)
  const product = b.dot(z, matrix, {
    batch: [[0], [0]],
    contract: [
      [2, 3],
      [1, 2],
    ],
  })
  const shift = b.transpose(b.weight(bias, [2, blocks, out], { init: 'bias' }), [1, 0, 2])
  return b.add(product, b.reshape(shift, [blocks, 1, 2, out]))
}

function blocksError(who: string, channels: number, blocks: number): ShapeError {
  return new ShapeError(
    'GROUPS_DIVIDE',
    `${who}: ${channels} channels do not split into ${blocks} blocks; choose ${divisorChoice(channels, blocks)} blocks`,
    [{ what: 'blocks', expected: `a divisor of ${channels}`, got: `${blocks}` }],
  )
}
