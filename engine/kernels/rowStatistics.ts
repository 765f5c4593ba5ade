/** Mean and 1 / standard deviation of rows: the first half of LayerNorm and RMSNorm. */
import source from '../../shaders/rowStatistics.wgsl?raw'
import { split } from './grid'
import type { Cost, Kernel } from './kernel'
import { declareFolds, declareSingleLoads, refuseGuard, sharingNamed, sharings } from './rows'
import { Shader } from './shader'
import type { RowStatisticsSpec } from './spec'
import { Uniforms } from './uniforms'
import { distinctElements, readsAsVec4 } from './views'

export const rowStatistics: Kernel<RowStatisticsSpec> = {
  family: 'rowStatistics',
  variants: (spec, device) => sharings(spec.x.view.shape[0] ?? 1, valuesIn(spec), device),

  dispatches(spec, variant, device) {
    const [rows = 1] = spec.x.view.shape
    const sharing = sharingNamed(sharings(rows, valuesIn(spec), device), variant)
    refuseGuard(spec.x.view, 'rowStatistics')
    const isVec4 = spec.kind !== 'merge' && readsAsVec4(spec.x.view)
    const shader = new Shader(source, [
      { name: 'input', tensor: spec.x.tensor, access: 'read', element: isVec4 ? 'vec4f' : 'f32' },
      { name: 'out', tensor: spec.out.tensor, access: 'read_write', element: 'f32' },
    ])
      .constant('LANES', sharing.lanes)
      .constant('ROWS', sharing.rows)
    const values = valuesIn(spec)
    if (spec.kind === 'rms') shader.declare('IS_RMS', 'const IS_RMS = true;')
    if (spec.kind === 'merge') declareMerge(shader)
    else if (!isVec4) declareSingleLoads(shader, spec.x.view, null)
    if (values % 4 !== 0) declareInside(shader)
    declareFolds(shader, sharing, { sumOfRow: 'subgroupAdd' })
    return split(
      Math.ceil(rows / sharing.rows),
      cost(spec),
      device,
      shader.finish(device),
      (firstGroup, endGroup) =>
        new Uniforms()
          .integers(firstGroup, endGroup, rows, values)
          .view(spec.x.view)
          .view(spec.out.view)
          .float(spec.kind === 'merge' ? 0 : spec.eps)
          .bytes(),
    )
  },

  cost,
}

/** How many numbers of a row are averaged: a part of a merged row has two, of which one is a mean. */
function valuesIn({ kind, x }: RowStatisticsSpec): number {
  const [, length = 1] = x.view.shape
  return kind === 'merge' ? length / 2 : length
}

/**
 * Parts of one length: the whole mean is the mean of the means, the whole variance that of the parts plus that of the means.
 * 1 / rstd squared is a variance with eps in it already.
 */
function declareMerge(shader: Shader): void {
  const signature = '(row: u32, i: u32) -> vec4f'
  const part = (e: number) => `input[row + 2u * (i + ${e}u) * parameters.input.strides.y]`
  const rstd = (e: number) => `input[row + (2u * (i + ${e}u) + 1u) * parameters.input.strides.y]`
  const four = (element: (e: number) => string) => `vec4f(${[0, 1, 2, 3].map(element).join(', ')})`
  shader
    .function('valuesAt', signature, [`return ${four(part)};`])
    .function('variancesAt', signature, [`let rstd = ${four(rstd)};`, 'return 1.0 / (rstd * rstd);'])
}

function declareInside(shader: Shader): void {
  shader.function('inside', '(values: vec4f, i: u32) -> vec4f', [
    'return select(vec4f(), values, vec4u(i, i + 1u, i + 2u, i + 3u) < vec4u(parameters.length));',
  ])
}

function cost({ x, out }: RowStatisticsSpec): Cost {
  const count = distinctElements(x.view)
  return { macs: 2 * count, bytesRead: 4 * count, bytesWritten: 4 * distinctElements(out.view) }
}
