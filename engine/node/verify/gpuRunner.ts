import { compile } from '../../compile/compile'
import type { OpenDevice } from '../../gpu/device'
import { Session } from '../../gpu/session'
import type { Runner } from './runner'

/** Compiles each request into a plan of its own; weights stay on the GPU from one to the next. */
export function gpuRunner(device: OpenDevice): Runner {
  const session = new Session(device)
  return {
    name: device.traits.name,
    async run(graph, inputs, nodes) {
      const plan = compile(graph, { outputs: nodes, device: device.traits })
      const loaded = await session.load(plan)
      const values = await loaded.run(inputs)
      return plan.outputs.map(({ shape }, index) => ({ shape, data: values[index] ?? new Float32Array() }))
    },
  }
}
