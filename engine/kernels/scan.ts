/** Linear recurrences and cumulative sums. */
import source from '../../shaders/scan.wgsl?raw'
import { elements } from '../graph/graph'
import { operationsIn } from './expression'
import { split } from './grid'
import type { Cost, Kernel } from './kernel'
import { Shader } from './shader'
import type { ScanSpec } from './spec'
import { Uniforms } from './uniforms'
import { distinctElements } from './views'

export const scan: Kernel<ScanSpec> = {
  family: 'scan',
  variants: () => [{ name: 'lines' }],

  dispatches(spec, _variant, device) {
    const [outer = 1, length = 1, inner = 1] = spec.out.view.shape
    const shader = new Shader(source, [
      { name: 'out', tensor: spec.out.tensor, access: 'read_write', element: 'f32' },
    ])
      .fused(spec.factor, 'factor')
      .fused(spec.added, 'added')
    return split(
      Math.ceil((outer * inner) / WORKGROUP),
      cost(spec),
      device,
      shader.finish(device),
      (firstGroup, endGroup) => {
        const uniforms = new Uniforms()
          .integers(firstGroup, endGroup, outer, length, inner)
          .view(spec.out.view)
        return shader.writeViews(uniforms).bytes()
      },
    )
  },

  cost,
}

const WORKGROUP = 64

function cost({ factor, added, out }: ScanSpec): Cost {
  const count = elements(out.view.shape)
  const operations = operationsIn(factor.expression) + operationsIn(added.expression)
  return {
    macs: count * (1 + operations / 2),
    bytesRead:
      4 * [...factor.operands, ...added.operands].reduce((sum, { view }) => sum + distinctElements(view), 0),
    bytesWritten: 4 * count,
  }
}
