/** The worker's side of the model hub: one look-up or download at a time, and the files that are kept. */
import { VertebraError } from '../errors'
import { type DownloadProgress, download } from '../hub/download'
import type { HubFolder } from '../hub/hubFolder'
import { lookUp } from '../hub/lookUp'
import { fileAddress, hubNameFrom, pageAddress } from '../hub/names'
import { hubNamesOf } from '../hub/pretrained'
import type { HubReply, HubRequest } from '../hub/protocol'
import type { Fetch } from '../hub/web'

export interface HubSurroundings {
  readonly fetch: Fetch
  readonly folder: HubFolder & { contentOf(name: string): Promise<Blob> }
  readonly post: (reply: HubReply) => void
  /** How many bytes may be kept in all, and how many are; null where the browser does not tell. */
  readonly space: () => Promise<{ readonly free: number } | null>
}

type Asking = Extract<HubRequest, { readonly type: 'lookUp' | 'download' }>

export class HubHost {
  private readonly around: HubSurroundings
  private stopping: AbortController | null = null
  private turn: Promise<void> = Promise.resolve()

  constructor(around: HubSurroundings) {
    this.around = around
  }

  async receive(request: HubRequest): Promise<void> {
    if (request.type === 'stop') {
      this.stopping?.abort('stopped')
    } else if (request.type === 'lookUp' || request.type === 'download') {
      await this.takeTurn(request)
    } else {
      await this.orSentence(this.onFiles(request))
    }
  }

  /** A new look-up or download takes the place of the one before, when that has let go of its file. */
  private takeTurn(request: Asking): Promise<void> {
    this.stopping?.abort('replaced')
    const stopping = new AbortController()
    this.stopping = stopping
    const { signal } = stopping
    this.turn = this.turn.then(async () => {
      try {
        if (!signal.aborted) await this.ask(request, signal)
      } catch (error) {
        if (!signal.aborted) this.fail(error)
      }
      if (signal.reason === 'stopped') this.around.post({ type: 'stopped' })
    })
    return this.turn
  }

  private async ask(request: Asking, signal: AbortSignal): Promise<void> {
    const { fetch, folder, post, space } = this.around
    if (request.type === 'lookUp') {
      const written = hubNameFrom(request.name)
      const file = await lookUp(hubNamesOf(written)[0] ?? written, { fetch }, signal)
      post({ type: 'found', file, address: fileAddress(file), page: pageAddress(file.name) })
      return
    }
    const { file } = request
    const known = (await folder.list()).find(({ sha256 }) => sha256 === file.sha256)
    requireRoom(file.bytes - (known?.here ?? 0), await space())
    const onProgress = (progress: DownloadProgress) => post({ type: 'progress', progress })
    try {
      if (!known?.isWhole) await download(file, folder, { fetch, signal, onProgress })
    } finally {
      await this.tellKept()
    }
    await this.give(file.name)
  }

  private async onFiles(request: Exclude<HubRequest, Asking | { type: 'stop' }>): Promise<void> {
    const { folder, post } = this.around
    switch (request.type) {
      case 'look':
        post({ type: 'names', preset: request.preset, names: hubNamesOf(request.preset ?? '') })
        return this.tellKept()
      case 'open':
        return this.give(request.name)
      case 'forget': {
        const names = request.name === null ? (await folder.list()).map(({ name }) => name) : [request.name]
        for (const name of names) await folder.forget(name)
        return this.tellKept()
      }
      default:
        request satisfies never
    }
  }

  private async orSentence(work: Promise<void>): Promise<void> {
    try {
      await work
    } catch (error) {
      this.fail(error)
    }
  }

  private fail(error: unknown): void {
    this.around.post({ type: 'failed', message: sentenceOf(error) })
  }

  private async give(name: string): Promise<void> {
    this.around.post({ type: 'file', name, bytes: await this.around.folder.contentOf(name) })
  }

  private async tellKept(): Promise<void> {
    this.around.post({ type: 'kept', files: await this.around.folder.list() })
  }
}

function requireRoom(needed: number, space: { readonly free: number } | null): void {
  if (!space || space.free >= needed) return
  throw new VertebraError(
    `this browser keeps at most ${megabytes(space.free)} more for this page, and ${megabytes(needed)} are missing: forget other files below, or make room on the disk.`,
  )
}

const megabytes = (bytes: number): string => `${Math.ceil(Math.max(bytes, 0) / 1e6)} MB`

function sentenceOf(error: unknown): string {
  if (error instanceof Error && error.name === 'QuotaExceededError') {
    return 'this browser keeps no more for this page: forget other files below, or make room on the disk.'
  }
  if (error instanceof Error && error.name === 'NoModificationAllowedError') {
    return 'another tab is downloading this file; it can be used here when that is done.'
  }
  return error instanceof Error ? error.message : String(error)
}
