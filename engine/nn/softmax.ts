import type { Value } from '../graph/graph'
import type { Builder } from '../ops/builder'

/** Over the last axis. The shift by the maximum changes no result, so it needs no gradient. */
export function softmax(b: Builder, x: Value): Value {
  return b.call('softmax', {}, [x], (x) => {
    const last = [x.shape.length - 1]
    const e = b.exp(b.sub(x, b.stopGradient(b.reduce('max', x, last))))
    return b.div(e, b.sum(e, last))
  })
}
