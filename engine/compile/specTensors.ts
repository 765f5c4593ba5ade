/** The tensors that a spec names, whatever its family. */
import type { Fused, Operand, Spec, TensorId, View } from '../kernels/spec'

/** Each tensor once, the operands before the result. */
export function tensorsOf(spec: Spec): TensorId[] {
  const found = new Set<TensorId>()
  withTensors(spec, (tensor) => {
    if (tensor !== spec.out.tensor) found.add(tensor)
    return tensor
  })
  return [...found, spec.out.tensor]
}

/** What these operands are read from: their tensors, and those that say where they lie. */
export function tensorsRead(operands: readonly Operand[]): Set<TensorId> {
  return new Set(
    operands.flatMap(({ tensor, view }) => [tensor, ...(view.indirect ?? []).map((index) => index.tensor)]),
  )
}

/** The same spec over other tensors. */
export function withTensors(spec: Spec, rename: (tensor: TensorId) => TensorId): Spec {
  const operand = <O extends { readonly tensor: TensorId; readonly view: View }>(o: O): O => {
    const { indirect } = o.view
    if (!indirect) return { ...o, tensor: rename(o.tensor) }
    const renamed = indirect.map((index) => ({ ...index, tensor: rename(index.tensor) }))
    return { ...o, tensor: rename(o.tensor), view: { ...o.view, indirect: renamed } }
  }
  const operands = (fused: Fused): Fused => ({ ...fused, operands: fused.operands.map(operand<Operand>) })
  const optional = (fused: Fused | null): Fused | null => fused && operands(fused)
  switch (spec.family) {
    case 'map':
      return { ...spec, fused: operands(spec.fused), out: operand(spec.out) }
    case 'gemm':
      return {
        ...spec,
        a: operand(spec.a),
        b: operand(spec.b),
        prologue: optional(spec.prologue),
        epilogue: operands(spec.epilogue),
        out: operand(spec.out),
      }
    case 'depthwise':
      return {
        ...spec,
        x: operand(spec.x),
        w: operand(spec.w),
        epilogue: operands(spec.epilogue),
        out: operand(spec.out),
      }
    case 'attention':
      return {
        ...spec,
        q: operand(spec.q),
        k: operand(spec.k),
        v: operand(spec.v),
        score: operands(spec.score),
        out: operand(spec.out),
      }
    case 'attentionLogSum':
      return {
        ...spec,
        q: operand(spec.q),
        k: operand(spec.k),
        score: operands(spec.score),
        out: operand(spec.out),
      }
    case 'attentionGradient':
      return {
        ...spec,
        q: operand(spec.q),
        k: operand(spec.k),
        v: operand(spec.v),
        dy: operand(spec.dy),
        statistics: operand(spec.statistics),
        score: operands(spec.score),
        out: operand(spec.out),
      }
    case 'rowStatistics':
    case 'softmax':
      return { ...spec, x: operand(spec.x), out: operand(spec.out) }
    case 'reduce':
      return {
        ...spec,
        x: operand(spec.x),
        prologue: optional(spec.prologue),
        epilogue: operands(spec.epilogue),
        out: operand(spec.out),
      }
    case 'pool':
      return { ...spec, x: operand(spec.x), epilogue: operands(spec.epilogue), out: operand(spec.out) }
    case 'scan':
      return {
        ...spec,
        factor: operands(spec.factor),
        added: operands(spec.added),
        out: operand(spec.out),
      }
    case 'procedural':
      return { ...spec, out: operand(spec.out) }
    default:
      return spec satisfies never
  }
}
