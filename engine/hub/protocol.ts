/** Messages between the page and the worker that talks to the model hub (engine/worker/hubWorker.ts). */
import type { HubFile } from './aboutModel'
import type { DownloadProgress } from './download'
import type { KeptFile } from './hubFolder'

export type { DownloadProgress, HubFile, KeptFile }

export type HubRequest =
  /** What is on this device, and which weights there are for a preset: answers `kept` and `names`. Asks no host. */
  | { readonly type: 'look'; readonly preset: string | null }
  /** Asks the hub about a model, when a person says so: answers `found`. */
  | { readonly type: 'lookUp'; readonly name: string }
  /** Downloads a file that was found, or goes on with it: answers `progress`, then `file` and `kept`. */
  | { readonly type: 'download'; readonly file: HubFile }
  /** Ends a look-up or download: answers `stopped`. What has arrived stays. */
  | { readonly type: 'stop' }
  /** A file that is here as a whole: answers `file`. */
  | { readonly type: 'open'; readonly name: string }
  /** Deletes one file, or all with null: answers `kept`. */
  | { readonly type: 'forget'; readonly name: string | null }

export type HubReply =
  | { readonly type: 'names'; readonly preset: string | null; readonly names: readonly string[] }
  | { readonly type: 'kept'; readonly files: readonly KeptFile[] }
  | { readonly type: 'found'; readonly file: HubFile; readonly address: string; readonly page: string }
  | { readonly type: 'progress'; readonly progress: DownloadProgress }
  | { readonly type: 'file'; readonly bytes: Blob; readonly name: string }
  | { readonly type: 'stopped' }
  | { readonly type: 'failed'; readonly message: string }
