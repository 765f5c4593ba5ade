/** The engine's worker: messages in, messages out. What happens in between is in host.ts. */
import { EngineHost } from './host'
import type { Reply, Request } from './protocol'
import { indexedTuningCache } from './tuningCache'

declare const self: DedicatedWorkerGlobalScope

const host = new EngineHost({
  // Firefox has no navigator.gpu at all where WebGPU is off.
  gpu: (self.navigator as { readonly gpu?: GPU }).gpu,
  post: (reply: Reply, transfer) => self.postMessage(reply, transfer),
  tuningCache: indexedTuningCache(),
  openCpu: async () => (await import('./onnxRuntime')).openOnnxRuntime(),
})

self.addEventListener('message', ({ data }: MessageEvent<Request>) => host.receive(data))
