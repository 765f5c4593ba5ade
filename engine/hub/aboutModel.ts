/** What the hub says of a model, in its answer to aboutAddress: everything in it is checked before it is used. */
import { VertebraError } from '../errors'
import { hubHost, weightsFile } from './names'

/** One version of the weights of a model, before anything of it is downloaded. */
export interface HubFile {
  readonly name: string
  readonly bytes: number
  readonly sha256: string
  /** The hub's version of all files of the model: what it names never changes. */
  readonly revision: string
  /** As the hub spells it, such as `apache-2.0`; null where it states none. */
  readonly licence: string | null
  /** Day of the last change, as 2024-02-09; null where the hub does not tell. */
  readonly changed: string | null
}

/** Throws VertebraError with a sentence that says what to do instead. */
export function readAboutModel(name: string, answer: unknown): HubFile {
  const { sha, siblings, cardData, gated, lastModified } = fieldsOf(answer)
  if (gated !== undefined && gated !== false) {
    throw new VertebraError(
      `${name} asks people to sign in at ${hubHost} and agree to its licence: download ${weightsFile} there and load it as a file.`,
    )
  }
  const files = Array.isArray(siblings) ? siblings.map(fieldsOf) : []
  const file = files.find(({ rfilename }) => rfilename === weightsFile)
  if (!file) throw new VertebraError(`timm/${name} has no ${weightsFile} at ${hubHost}.`)
  const { sha256, size: storedSize } = fieldsOf(file.lfs)
  const bytes = storedSize ?? file.size
  if (typeof sha256 !== 'string' || !/^[0-9a-f]{64}$/.test(sha256)) {
    throw new VertebraError(
      `the hub ${hubHost} states no checksum for ${name}, so what arrives could not be checked: download ${weightsFile} by hand and load it from there.`,
    )
  }
  if (typeof bytes !== 'number' || !Number.isSafeInteger(bytes) || bytes <= 0 || !isRevision(sha)) {
    throw new VertebraError(
      `the answer of ${hubHost} about ${name} states no size or version of its weights.`,
    )
  }
  return {
    name,
    bytes,
    sha256,
    revision: sha,
    licence: licenceIn(fieldsOf(cardData)),
    changed: typeof lastModified === 'string' ? (/^\d{4}-\d\d-\d\d/.exec(lastModified)?.[0] ?? null) : null,
  }
}

const isRevision = (value: unknown): value is string =>
  typeof value === 'string' && /^[0-9a-f]{40}$/.test(value)

/** A licence of nobody else's has the word `other` and a name of its own. */
function licenceIn({ license, license_name: ownName }: Record<string, unknown>): string | null {
  const named = license === 'other' && typeof ownName === 'string' ? ownName : license
  return typeof named === 'string' && /^[\w.+ -]{1,60}$/.test(named) ? named : null
}

const fieldsOf = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
