/** The page's side of the picture worker. */
import type { PreprocessOptions, Probe } from '../../engine/index'
import type { SeenPicture } from '../state/pictureStore'
import type { PictureAnswer, PictureQuestion } from './pictureWorker'

/** What a Worker is to us; tests give one that answers in the page. */
export interface PictureWorkerPort {
  postMessage(question: PictureQuestion): void
  onmessage: ((event: MessageEvent<PictureAnswer>) => void) | null
  onerror: ((event: ErrorEvent) => void) | null
  terminate(): void
}

interface Waiting {
  readonly name: string
  readonly options: PreprocessOptions
  readonly resolve: (seen: SeenPicture) => void
  readonly reject: (error: Error) => void
}

export class PictureDesk {
  readonly #openWorker: () => PictureWorkerPort
  #worker: PictureWorkerPort | null = null
  readonly #waiting = new Map<number, Waiting>()
  #questions = 0

  constructor(openWorker: () => PictureWorkerPort) {
    this.#openWorker = openWorker
  }

  /** Rejects with an error whose message is a sentence. */
  see(name: string, content: Blob | Probe, options: PreprocessOptions): Promise<SeenPicture> {
    this.#questions++
    const id = this.#questions
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { name, options, resolve, reject })
      this.#open().postMessage({ id, name, content, options })
    })
  }

  #open(): PictureWorkerPort {
    if (this.#worker) return this.#worker
    const worker = this.#openWorker()
    worker.onmessage = ({ data }) => {
      const waiting = this.#waiting.get(data.id)
      this.#waiting.delete(data.id)
      if ('seen' in data) waiting?.resolve({ ...data.seen, options: waiting.options })
      else waiting?.reject(new Error(data.problem))
    }
    // A picture can take the worker down (memory); the next one gets another.
    worker.onerror = (event) => {
      event.preventDefault()
      worker.terminate()
      this.#worker = null
      for (const { name, reject } of this.#waiting.values()) {
        reject(new Error(`${name} could not be decoded: ${event.message || 'the decoder stopped'}.`))
      }
      this.#waiting.clear()
    }
    this.#worker = worker
    return worker
  }
}
