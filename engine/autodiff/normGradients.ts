/**
 * The backward of norms over the last axis: from the mean and 1 / standard deviation of each row, which are a named call of their
 * own, so that a compiler has them from the forward already. With x̂ = (x - mean) rstd and g = w dy:
 * dx = rstd (g - mean(g) - x̂ mean(g x̂)), dw = Σ x̂ dy, dbias = Σ dy.
 */
import type { Value } from '../graph/graph'
import type { Builder } from '../ops/builder'
import type { CallArguments, CallGradient } from './callGradients'

export const layerNormGradient: CallGradient = (b, call) => {
  const { attrs, inputs, dy, varies } = call
  const [x] = inputs
  const statistics = b.call('layerNormStatistics', attrs, [x], (x) => {
    const last = [x.shape.length - 1]
    const mean = b.mean(x, last)
    const variance = b.mean(b.square(b.sub(x, mean)), last)
    return b.concat([mean, b.rsqrt(b.add(variance, Number(attrs.eps)))], last[0])
  })
  const rstd = column(b, statistics, 1)
  // Not those of the forward, which would have to be kept until now.
  const normed = b.again(() => b.mul(b.sub(x, column(b, statistics, 0)), rstd))
  const scaled = inputs[1] ? b.mul(dy, inputs[1]) : dy
  const last = [x.shape.length - 1]
  const inside = varies[0] && b.sub(b.sub(scaled, b.mean(scaled, last)), along(b, normed, scaled))
  return [inside ? b.mul(inside, rstd) : null, ...parameterGradients(b, call, normed)]
}

/** As above, about zero: mean is 0 and its gradient goes. */
export const rmsNormGradient: CallGradient = (b, call) => {
  const { attrs, inputs, dy, varies } = call
  const [x] = inputs
  const statistics = b.call('rmsNormStatistics', attrs, [x], (x) => {
    const last = [x.shape.length - 1]
    const rstd = b.rsqrt(b.add(b.mean(b.square(x), last), Number(attrs.eps)))
    return b.concat([b.number(0, rstd), rstd], last[0])
  })
  const rstd = column(b, statistics, 1)
  const normed = b.again(() => b.mul(x, rstd))
  const scaled = inputs[1] ? b.mul(dy, inputs[1]) : dy
  const inside = varies[0] && b.sub(scaled, along(b, normed, scaled))
  return [inside ? b.mul(inside, rstd) : null, ...parameterGradients(b, call, normed)]
}

/** x̂ mean(g x̂): what of g lies along x̂. */
function along(b: Builder, normed: Value, scaled: Value): Value {
  return b.mul(normed, b.mean(b.mul(scaled, normed), [normed.shape.length - 1]))
}

function parameterGradients(b: Builder, { inputs, dy, varies }: CallArguments, normed: Value) {
  const overRows = (x: Value, like: Value) => {
    const rows = x.shape.slice(0, -1).map((_size, axis) => axis)
    return b.reshape(b.sum(x, rows), like.shape)
  }
  return inputs.slice(1).map((parameter, index) => {
    if (!varies[index + 1]) return null
    return overRows(index === 0 ? b.mul(dy, normed) : dy, parameter)
  })
}

function column(b: Builder, statistics: Value, at: number): Value {
  const size = [...statistics.shape.slice(0, -1), 1]
  return b.slice(statistics, { start: size.map((_size, axis) => (axis === size.length - 1 ? at : 0)), size })
}
