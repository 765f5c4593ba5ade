import { compile } from '../../../engine/compile/compile'
import type { OpenDevice } from '../../../engine/gpu/device'
import { measureLatency } from '../../../engine/gpu/measure'
import { Session } from '../../../engine/gpu/session'
import type { Tuner } from '../../../engine/gpu/tune'
import { lower } from '../../../engine/lower/lower'
import type { Network } from '../networks'
import type { Peer } from '../peer'

/** Ours. A tuner that knows the adapter chooses the variants; without one the first guess is taken. */
export const vertebra = (device: OpenDevice, tuner: Tuner | null): Peer => ({
  name: 'vertebra',
  version: 'this checkout',
  async open({ document, batch }: Network) {
    const session = new Session(device)
    const { graph, output } = lower(document, { batch })
    if (output === null) throw new Error('the network has no output')
    const compiled = () =>
      compile(graph, {
        outputs: [output],
        device: device.traits,
        ...(tuner && { tuning: tuner.choose }),
      })
    const plan = compiled()
    const loaded = await session.load(plan)
    const [name = ''] = plan.inputs.map((input) => input.name)
    const dispatches = plan.steps.flatMap((step) => step.dispatches)
    return {
      async run(picture) {
        const [logits = new Float32Array()] = await loaded.run(new Map([[name, picture]]))
        return logits
      },
      gpuMs: async () => (await measureLatency(loaded, { budgetMs: 1500 })).median,
      facts: {
        dispatches: dispatches.length,
        pipelines: new Set(dispatches.map(({ source }) => source)).size,
        bytes: plan.memory.weightBytes + plan.memory.activationBytes,
      },
      async close() {
        session.destroy()
      },
    }
  },
})
