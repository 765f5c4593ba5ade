/** The worker that talks to the model hub, opened when a person first asks for it. */
import type { HubReply, HubRequest } from '../hub/protocol'
import { HubHost } from './hubHost'
import { OriginFolder } from './originFolder'

declare const self: DedicatedWorkerGlobalScope

const host = new HubHost({
  fetch: (address, options) => self.fetch(address, options),
  folder: new OriginFolder(),
  post: (reply: HubReply) => self.postMessage(reply),
  async space() {
    const { quota, usage } = await self.navigator.storage.estimate()
    return quota === undefined || usage === undefined ? null : { free: quota - usage }
  },
})

self.addEventListener('message', ({ data }: MessageEvent<HubRequest>) => void host.receive(data))
