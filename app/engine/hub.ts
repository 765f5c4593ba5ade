/** The model hub, asked by a worker of its own when a person says so; what comes back is put into hubStore. */
import type { HubReply, HubRequest, KeptFile } from '../../engine/index'
import { useDocumentStore } from '../state/documentStore'
import { type HubStep, useHubStore } from '../state/hubStore'
import { presetOf } from '../state/presetFacts'
import { offerWeights, sizeProblem } from './weights'

let worker: Worker | null = null

function post(request: HubRequest): void {
  worker ??= openWorker()
  worker.postMessage(request)
}

function openWorker(): Worker {
  const opened = new Worker(new URL('../../engine/worker/hubWorker.ts', import.meta.url), {
    type: 'module',
    name: 'hub',
  })
  opened.onmessage = ({ data }: MessageEvent<HubReply>) => take(data)
  opened.onerror = (event) => {
    event.preventDefault()
    worker = null
    fail(`what downloads could not be started: ${event.message || 'the page may be older than its server'}.`)
  }
  return opened
}

/** Shows the dialog. Asks no host: what it says is known here. */
export function openHub(): void {
  const preset = presetOf(useDocumentStore.getState().document)?.id ?? null
  const { step, set } = useHubStore.getState()
  set({
    isOpen: true,
    ...(step.kind === 'downloading' ? {} : { step: { kind: 'idle' }, name: preset ?? '' }),
  })
  post({ type: 'look', preset })
}

export const closeHub = () => useHubStore.getState().set({ isOpen: false })

export function writeName(name: string): void {
  useHubStore.getState().set({ name, step: { kind: 'idle' } })
}

/** Asks the hub for size, licence and checksum; nothing is downloaded yet. */
export function lookUp(): void {
  const { name, set } = useHubStore.getState()
  set({ step: { kind: 'asking' } })
  post({ type: 'lookUp', name })
}

export function startDownload(): void {
  const { step, set } = useHubStore.getState()
  const found = 'found' in step ? step.found : null
  if (!found) return
  set({ step: { kind: 'downloading', found, progress: null } })
  post({ type: 'download', file: found.file })
}

export const stopDownload = () => post({ type: 'stop' })

export const openKept = ({ name }: KeptFile) => post({ type: 'open', name })

/** Goes on with a file that is here in part; the hub is asked about it first. */
export function lookUpKept({ name }: KeptFile): void {
  writeName(name)
  lookUp()
}

export const forgetKept = (name: string | null) => post({ type: 'forget', name })

function take(reply: HubReply): void {
  const { step, name, set } = useHubStore.getState()
  switch (reply.type) {
    case 'names':
      set({ names: reply.names, ...(name === reply.preset && { name: reply.names[0] ?? name }) })
      return
    case 'kept':
      set({ kept: reply.files })
      return
    case 'found':
      set({ name: reply.file.name, step: stepAfter(reply) })
      return
    case 'progress':
      if (step.kind === 'downloading') set({ step: { ...step, progress: reply.progress } })
      return
    case 'stopped':
      set({ step: 'found' in step && step.found ? { kind: 'found', found: step.found } : { kind: 'idle' } })
      return
    case 'file':
      set({ isOpen: false, step: { kind: 'idle' } })
      void offerWeights(new File([reply.bytes], `${reply.name}.safetensors`))
      return
    case 'failed':
      fail(reply.message)
      return
    default:
      reply satisfies never
  }
}

function stepAfter({ file, page }: Extract<HubReply, { type: 'found' }>): HubStep {
  const message = sizeProblem(file.name, file.bytes)
  return message ? { kind: 'failed', message, found: null } : { kind: 'found', found: { file, page } }
}

function fail(message: string): void {
  const { step, set } = useHubStore.getState()
  set({ isOpen: true, step: { kind: 'failed', message, found: 'found' in step ? step.found : null } })
}
