/** Sums, maxima and minima over one axis. */
import source from '../../shaders/reduce.wgsl?raw'
import type { ReduceFunction } from '../ops/attributes'
import { operationsIn } from './expression'
import { split } from './grid'
import type { Cost, Kernel } from './kernel'
import { declareFolds, refuseGuard, sharingNamed, sharings } from './rows'
import { Shader } from './shader'
import type { ReduceSpec } from './spec'
import { Uniforms } from './uniforms'
import { distinctElements } from './views'

export const reduce: Kernel<ReduceSpec> = {
  family: 'reduce',
  variants: ({ x, out }, device) => sharings(resultsOf(out.view.shape), x.view.shape[1] ?? 1, device),

  dispatches(spec, variant, device) {
    const [outer = 1, length = 1, inner = 1] = spec.x.view.shape
    const results = outer * inner
    const sharing = sharingNamed(sharings(results, length, device), variant)
    const shader = shaderOf(spec).constant('LANES', sharing.lanes).constant('RESULTS', sharing.rows)
    declareFolds(shader, sharing, { foldLanes: folds[spec.fn].lanes })
    return split(
      Math.ceil(results / sharing.rows),
      cost(spec),
      device,
      shader.finish(device),
      (firstGroup, endGroup) => {
        const uniforms = new Uniforms()
          .integers(firstGroup, endGroup, outer, length, inner)
          .view(spec.x.view)
          .view(spec.out.view)
        return shader.writeViews(uniforms).bytes()
      },
    )
  },

  cost,
}

interface Fold {
  readonly start: string
  readonly step: string
  readonly lanes: 'subgroupAdd' | 'subgroupMax' | 'subgroupMin'
}

const folds: { readonly [F in ReduceFunction]: Fold } = {
  sum: { start: '0.0', step: 'folded + value', lanes: 'subgroupAdd' },
  max: { start: '-3.4028234e38', step: 'max(folded, value)', lanes: 'subgroupMax' },
  min: { start: '3.4028234e38', step: 'min(folded, value)', lanes: 'subgroupMin' },
}

function cost({ x, prologue, out }: ReduceSpec): Cost {
  const count = distinctElements(x.view)
  const read = (prologue?.operands ?? []).reduce((sum, { view }) => sum + distinctElements(view), count)
  return {
    macs: count * (1 + (prologue ? operationsIn(prologue.expression) / 2 : 0)),
    bytesRead: 4 * read,
    bytesWritten: 4 * distinctElements(out.view),
  }
}

function resultsOf([outer = 1, inner = 1]: readonly number[]): number {
  return outer * inner
}

function shaderOf(spec: ReduceSpec): Shader {
  refuseGuard(spec.x.view, 'reduce')
  const { start, step } = folds[spec.fn]
  const shader = new Shader(source, [
    { name: 'input', tensor: spec.x.tensor, access: 'read', element: 'f32' },
    { name: 'out', tensor: spec.out.tensor, access: 'read_write', element: 'f32' },
  ])
    .declare('START', `const START = ${start};`)
    .function('fold', '(folded: f32, value: f32) -> f32', [`return ${step};`])
  if (spec.prologue) shader.fused(spec.prologue, 'prologue')
  return shader.fused(spec.epilogue)
}
