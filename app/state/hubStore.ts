/** The model hub as the page sees it: what was asked for by name, what came of it, and the files kept on this device. */
import { create } from 'zustand'
import type { DownloadProgress, HubFile, KeptFile } from '../../engine/index'

/** What the hub said of a file, and where a person can fetch it by hand. */
export interface Found {
  readonly file: HubFile
  readonly page: string
}

export type HubStep =
  /** Nothing has been asked. */
  | { readonly kind: 'idle' }
  | { readonly kind: 'asking' }
  | { readonly kind: 'found'; readonly found: Found }
  | { readonly kind: 'downloading'; readonly found: Found; readonly progress: DownloadProgress | null }
  | { readonly kind: 'failed'; readonly message: string; readonly found: Found | null }

interface HubState {
  readonly isOpen: boolean
  /** timm's name, as the person writes it. */
  readonly name: string
  /** Names of weights for the design's preset, timm's own choice first. */
  readonly names: readonly string[]
  readonly step: HubStep
  readonly kept: readonly KeptFile[]
  set(change: Partial<HubState>): void
}

export const useHubStore = create<HubState>()((set) => ({
  isOpen: false,
  name: '',
  names: [],
  step: { kind: 'idle' },
  kept: [],
  set,
}))
