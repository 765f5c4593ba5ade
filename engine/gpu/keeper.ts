/**
 * Keeps a device at hand through losses. GPU state is disposable: after a loss everything is built again on a new adapter (the
 * old one is used up). After a second loss Chromium answers no adapter for two minutes, hence the long tail of tries.
 */
import { type DeviceSearch, type OpenDevice, openDevice, pause } from './device'
import { Session } from './session'

/** Waits before the tries that a person waits for, then of those that go on behind. */
const soonMs = [0, 500, 2000]
const laterMs = [10_000, 30_000, 60_000, 120_000]

export type SessionSearch =
  | { readonly found: true; readonly session: Session }
  | { readonly found: false; readonly reason: string }

export interface KeeperOptions {
  /** The device is gone; the next one is being looked for. */
  readonly onLoss: (sentence: string) => void
  /** A device is there again after the first tries had failed. */
  readonly onReturn: () => void
  readonly soonMs?: readonly number[]
  readonly laterMs?: readonly number[]
}

export class DeviceKeeper {
  private readonly host: GPU | undefined
  private readonly options: KeeperOptions
  private search: Promise<SessionSearch> | null = null
  /** How many devices were opened so far; what an older one made is void. */
  epoch = 0

  constructor(host: GPU | undefined, options: KeeperOptions) {
    this.host = host
    this.options = options
  }

  /** The session on the present device; opens one when there is none. A failed search is not remembered. */
  async session(): Promise<SessionSearch> {
    this.search ??= this.open([0])
    const search = this.search
    const result = await search
    if (!result.found && this.search === search) this.search = null
    return result
  }

  private async open(delaysMs: readonly number[]): Promise<SessionSearch> {
    let search: DeviceSearch = { found: false, reason: 'No graphics adapter was asked for.' }
    for (const delayMs of delaysMs) {
      if (delayMs > 0) await pause(delayMs)
      search = await openDevice(this.host)
      if (search.found) break
    }
    if (!search.found) return search
    this.epoch++
    const session = new Session(search.device)
    void this.watch(search.device)
    return { found: true, session }
  }

  private async watch(device: OpenDevice): Promise<void> {
    const sentence = await device.loss.happened
    this.search = this.open(this.options.soonMs ?? soonMs)
    this.options.onLoss(sentence)
    if ((await this.session()).found) return
    for (const delayMs of this.options.laterMs ?? laterMs) {
      await pause(delayMs)
      if (!(await this.session()).found) continue
      this.options.onReturn()
      return
    }
  }
}
