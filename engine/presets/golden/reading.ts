/** Reading the arguments of a reference's class. */
import type { Document } from '../../document/types'
import type { Python, PythonCall } from '../pythonCall'

export interface GoldenModel {
  readonly document: Document
  /** State_dict prefix of the node whose output the reference calls features. */
  readonly features: string
  /** The same for further outputs that the reference recorded: `pred_boxes`, `features_list.0`. */
  readonly outputs?: { readonly [name: string]: string }
  /** Weights of ours that the reference is handed from outside, so that it does not count them. */
  readonly given?: readonly string[]
  /** Products that the recorder counted and nothing reads: dead ones of the reference, and the recorder's own. */
  readonly unreadMacs?: number
}

/** A class of the reference: its arguments to our sizes, for a picture of this side. */
export type Build = (options: Options, size: number) => GoldenModel | null

/** Something in the call that no module of ours stands for. */
export class NotYet extends Error {}

/** The arguments of a call. What nobody asked for stays over, and then the model is not the one that was meant. */
export class Options {
  private readonly args: Python[]
  private readonly options: Map<string, Python>

  constructor(call: PythonCall) {
    this.args = [...call.args]
    this.options = new Map(call.options)
  }

  /** The next argument without a name. */
  argument<T>(read: (value: Python) => T): T {
    const value = this.args.shift()
    if (!value) throw new NotYet()
    return read(value)
  }

  /** The argument of this name, or the next without one. */
  named<T>(name: string, read: (value: Python) => T): T {
    const value = this.options.get(name) ?? this.args.shift()
    this.options.delete(name)
    if (!value) throw new NotYet()
    return read(value)
  }

  take<T>(name: string, read: (value: Python) => T, usual: T): T {
    const value = this.options.get(name)
    this.options.delete(name)
    return value ? read(value) : usual
  }

  isUsedUp(): boolean {
    return this.args.length === 0 && this.options.size === 0
  }
}

export function count(value: Python): number {
  if (value.kind !== 'value' || typeof value.value !== 'number') throw new NotYet()
  return value.value
}

export function text(value: Python): string {
  if (value.kind !== 'value' || typeof value.value !== 'string') throw new NotYet()
  return value.value
}

export function flag(value: Python): boolean {
  if (value.kind !== 'value' || typeof value.value !== 'boolean') throw new NotYet()
  return value.value
}

export function symbol(value: Python): string {
  if (value.kind !== 'name') throw new NotYet()
  return value.name
}

export const isSet = (value: Python): boolean => !(value.kind === 'value' && value.value === null)

export const listed =
  <T>(read: (value: Python) => T) =>
  (value: Python): readonly T[] => {
    if (value.kind !== 'list') throw new NotYet()
    return value.items.map(read)
  }

export function lookUp<T>(table: { readonly [name: string]: T }, name: string): T {
  const found = Object.hasOwn(table, name) ? table[name] : undefined
  if (found === undefined) throw new NotYet()
  return found
}

/** The options of `dict(...)`. */
export const dictionary = <T>(read: (options: Options) => T) => inCall('dict', [], read)

/** The options of `partial(F, ...)`, where F is one of these. */
export const partial = <T>(of: readonly string[], read: (options: Options) => T) =>
  inCall('partial', of, read)

/** The options of a call of `name`, whose first arguments are these. */
export function inCall<T>(
  name: string,
  of: readonly string[],
  read: (options: Options) => T,
): (value: Python) => T {
  return (value) => {
    if (value.kind !== 'call' || value.name !== name) throw new NotYet()
    const options = new Options(value)
    if (of.length > 0 && !of.includes(options.argument(symbol))) throw new NotYet()
    const result = read(options)
    if (!options.isUsedUp()) throw new NotYet()
    return result
  }
}

/** The papers' code has no module for a stage whose name our design uses; its last block gives the same. */
export const lastBlock = (list: string, stage: number, depths: readonly number[]): string =>
  `${list}.${stage}.${(depths.at(-1) ?? 1) - 1}`
