/** What a command of `vertebra` declares, and how its words are read. */
import { type ParseArgsConfig, parseArgs } from 'node:util'

export type Options = NonNullable<ParseArgsConfig['options']>

export interface Command {
  readonly name: string
  /** `<design>... [--input 224]`, after the name. */
  readonly usage: string
  readonly summary: string
  readonly options: Options
  /** The exit code: 0 only when the thing asked for holds. Throws errors whose message is a sentence. */
  run(words: Words): Promise<number>
}

/** The words of one call. */
export interface Words {
  readonly names: readonly string[]
  readonly isJson: boolean
  text(option: string): string | undefined
  flag(option: string): boolean
  /** A whole number of at least 1. */
  count(option: string): number | undefined
}

/** A mistake in the call itself: the usage is shown. */
export class UsageError extends Error {}

const shared: Options = { json: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } }

export function readWords(
  command: Command,
  args: readonly string[],
): Words & { readonly wantsHelp: boolean } {
  const { values, positionals } = parsed(command, args)
  const text = (option: string) => {
    const value = values[option]
    return typeof value === 'string' ? value : undefined
  }
  return {
    names: positionals,
    isJson: values.json === true,
    wantsHelp: values.help === true,
    text,
    flag: (option) => values[option] === true,
    count(option) {
      const value = text(option)
      if (value === undefined) return undefined
      const count = Number(value)
      if (Number.isInteger(count) && count >= 1) return count
      throw new UsageError(`--${option} takes a whole number of at least 1, not ${value}`)
    },
  }
}

function parsed(command: Command, args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: { ...shared, ...command.options },
      allowPositionals: true,
      strict: true,
    })
  } catch (error) {
    const [sentence = ''] = (error instanceof Error ? error.message : String(error)).split('. ')
    throw new UsageError(sentence.charAt(0).toLowerCase() + sentence.slice(1))
  }
}
