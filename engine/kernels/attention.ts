/** Attention in one kernel: the matrix of scores is never stored. */
import source from '../../shaders/attention.wgsl?raw'
import { KernelError } from '../errors'
import { split } from './grid'
import type { Cost, Kernel } from './kernel'
import { Shader } from './shader'
import type { AttentionSpec, Operand } from './spec'
import { Uniforms } from './uniforms'
import { distinctElements, isMultipleOf4, limitedAxes, strideOf } from './views'

export const attention: Kernel<AttentionSpec> = {
  family: 'attention',
  variants: () => [{ name: 'rows' }],

  dispatches(spec, _variant, device) {
    const [batch = 1, heads = 1, queries = 1, depth = 1] = spec.q.view.shape
    const keys = spec.k.view.shape[2] ?? 1
    const depthV = spec.v.view.shape[3] ?? 1
    const workgroup = device.isSoftware ? 8 : 64
    const shader = shaderOf(spec, workgroup)
    const rows = batch * heads * queries
    return split(
      Math.ceil(rows / workgroup),
      cost(spec),
      device,
      shader.finish(device),
      (firstGroup, endGroup) =>
        new Uniforms()
          .integers(firstGroup, endGroup, batch, heads)
          .integers(queries, keys, depth, depthV)
          .view(spec.q.view)
          .view(spec.k.view)
          .view(spec.v.view)
          .view(spec.out.view)
          .float(spec.scale)
          .bytes(),
    )
  },

  cost,
}

function cost({ q, k, v, out }: AttentionSpec): Cost {
  const [batch = 1, heads = 1, queries = 1, depth = 1] = q.view.shape
  const [, , keys = 1, depthV = 1] = v.view.shape
  const read = [q, k, v].reduce((sum, { view }) => sum + distinctElements(view), 0)
  return {
    macs: batch * heads * queries * keys * (depth + depthV),
    bytesRead: 4 * read,
    bytesWritten: 4 * distinctElements(out.view),
  }
}

function shaderOf(spec: AttentionSpec, workgroup: number): Shader {
  const inputs = { q: spec.q, k: spec.k, v: spec.v }
  const named = Object.entries(inputs)
  for (const [name, { view }] of named)
    if (limitedAxes(view).length)
      throw new KernelError(`internal: attention cannot read '${name}' through a guard; copy it first.`)
  const shader = new Shader(source, [
    ...named.map(([name, operand]) => ({
      name,
      tensor: operand.tensor,
      access: 'read' as const,
      element: isEven(operand) ? ('vec4f' as const) : ('f32' as const),
    })),
    { name: 'out', tensor: spec.out.tensor, access: 'read_write', element: 'f32' },
  ])
  for (const [name, operand] of named) if (!isEven(operand)) declareLoad(shader, name, operand)
  return shader
    .constant('WORKGROUP', workgroup)
    .constant('DEPTH', Math.ceil((spec.q.view.shape[3] ?? 1) / 4))
    .constant('DEPTH_V', Math.ceil((spec.v.view.shape[3] ?? 1) / 4))
}

function isEven({ view }: Operand): boolean {
  const steps = [0, 1, 2].map((axis) => strideOf(view, axis))
  return [view.offset, view.shape[3] ?? 1, ...steps].every(isMultipleOf4)
}

/** Four elements one by one; beyond the end of a row are zeros. */
function declareLoad(shader: Shader, name: string, { view }: Operand): void {
  const count = name === 'v' ? 'parameters.depthV' : 'parameters.depth'
  const isWhole = isMultipleOf4(view.shape[3] ?? 1)
  const values = [0, 1, 2, 3].map((e) => {
    const load = `${name}[at + d + ${e}u]`
    return isWhole ? load : `select(0.0, ${load}, d + ${e}u < ${count})`
  })
  shader.function(`load${name.toUpperCase()}`, '(at: u32, d: u32) -> vec4f', [
    `return vec4f(${values.join(', ')});`,
  ])
}
