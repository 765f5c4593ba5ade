import { notify } from '../ui/notify'
import { EngineClient, type WorkerPort } from './EngineClient'

/** The one client of this page. */
export const engine = new EngineClient(openWorker, notify.warning)

function openWorker(): WorkerPort {
  return new Worker(new URL('../../engine/worker/worker.ts', import.meta.url), {
    type: 'module',
    name: 'engine',
  })
}
