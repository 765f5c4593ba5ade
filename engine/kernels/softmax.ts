/** Softmax along rows, where attention does not take care of it. */
import source from '../../shaders/softmax.wgsl?raw'
import { split } from './grid'
import type { Cost, Kernel } from './kernel'
import { declareFolds, declareSingleLoads, refuseGuard, sharingNamed, sharings } from './rows'
import { Shader } from './shader'
import type { SoftmaxSpec } from './spec'
import { Uniforms } from './uniforms'
import { distinctElements, readsAsVec4 } from './views'

export const softmax: Kernel<SoftmaxSpec> = {
  family: 'softmax',
  variants: ({ x: { view } }, device) => sharings(view.shape[0] ?? 1, view.shape[1] ?? 1, device),

  dispatches(spec, variant, device) {
    const [rows = 1, length = 1] = spec.x.view.shape
    const sharing = sharingNamed(sharings(rows, length, device), variant)
    refuseGuard(spec.x.view, 'softmax')
    const isVec4 = readsAsVec4(spec.x.view)
    const shader = new Shader(source, [
      { name: 'input', tensor: spec.x.tensor, access: 'read', element: isVec4 ? 'vec4f' : 'f32' },
      { name: 'out', tensor: spec.out.tensor, access: 'read_write', element: 'f32' },
    ])
      .constant('LANES', sharing.lanes)
      .constant('ROWS', sharing.rows)
    if (!isVec4) declareSingleLoads(shader, spec.x.view, 'LOWEST')
    declareFolds(shader, sharing, { sumOfRow: 'subgroupAdd', maxOfRow: 'subgroupMax' })
    return split(
      Math.ceil(rows / sharing.rows),
      cost(spec),
      device,
      shader.finish(device),
      (firstGroup, endGroup) =>
        new Uniforms()
          .integers(firstGroup, endGroup, rows, length)
          .view(spec.x.view)
          .view(spec.out.view)
          .bytes(),
    )
  },

  cost,
}

/** An exponential is worth about eight multiply-adds, and there are two of them per element. */
function cost({ x, out }: SoftmaxSpec): Cost {
  const count = distinctElements(x.view)
  return { macs: 16 * count, bytesRead: 4 * count, bytesWritten: 4 * distinctElements(out.view) }
}
