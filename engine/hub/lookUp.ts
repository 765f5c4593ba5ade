/** Asks the hub about a model: its size, checksum and licence. A few kilobytes; no weights are fetched. */
import { VertebraError } from '../errors'
import { type HubFile, readAboutModel } from './aboutModel'
import { aboutAddress, hubHost, isHubName } from './names'
import { type Answer, type Fetch, plainly } from './web'

/** Real answers have a few kilobytes. */
const mostBytes = 1_000_000

export interface Web {
  readonly fetch: Fetch
  /** Another hub with the same addresses; only the command line can ask for one. */
  readonly hub?: string | undefined
}

/** Throws VertebraError with a sentence that says what to do. */
export async function lookUp(name: string, { fetch, hub }: Web, signal: AbortSignal): Promise<HubFile> {
  if (!isHubName(name)) {
    throw new VertebraError(
      `${name.slice(0, 100) || 'nothing'} is no name of timm’s: it would be like vit_small_patch8_224.dino.`,
    )
  }
  let text: string
  try {
    const answer = await fetch(aboutAddress(name, hub), { ...plainly, signal })
    refuse(answer.status, name)
    text = await textOf(answer)
  } catch (error) {
    if (signal.aborted || error instanceof VertebraError) throw error
    throw new VertebraError(
      `the hub ${hubHost} did not answer. Is this device online? Weights that are downloaded elsewhere can be loaded as a file.`,
    )
  }
  return readAboutModel(name, parse(text, name))
}

/** The hub does not tell a model that is not there from one that is hidden. */
export function refuse(status: number, name: string): void {
  if (status === 200 || status === 206) return
  if (status === 401 || status === 403 || status === 404) {
    throw new VertebraError(
      `there are no weights called timm/${name} at ${hubHost}, or they are not for everybody.`,
    )
  }
  throw new VertebraError(
    status === 429
      ? `the hub ${hubHost} has been asked too often from here; try again in a few minutes.`
      : `the hub ${hubHost} answered with status ${status}; try again later.`,
  )
}

async function textOf({ body }: Answer): Promise<string> {
  const reader = body?.getReader()
  const decoder = new TextDecoder()
  const pieces: Uint8Array[] = []
  let length = 0
  for (let piece = await reader?.read(); piece && !piece.done; piece = await reader?.read()) {
    if (!piece.value) continue
    pieces.push(piece.value)
    length += piece.value.length
    if (length <= mostBytes) continue
    await reader?.cancel()
    throw new VertebraError(`the answer of ${hubHost} is longer than ${mostBytes} bytes, and is not read.`)
  }
  const whole = new Uint8Array(length)
  let at = 0
  for (const piece of pieces) {
    whole.set(piece, at)
    at += piece.length
  }
  return decoder.decode(whole)
}

function parse(text: string, name: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new VertebraError(
      `the answer about ${name} is not from ${hubHost}: a network that asks people to sign in may stand between.`,
    )
  }
}
