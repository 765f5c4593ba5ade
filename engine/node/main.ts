/** The command line: `vertebra <command> ...`. Errors are one line on stderr; 0 only when the thing asked for holds. */
import '../modules'
import { type Command, readWords, UsageError } from './command'
import { analyze } from './commands/analyze'
import { bench } from './commands/bench'
import { exportDesign } from './commands/export'
import { list } from './commands/list'
import { look } from './commands/look'
import { models } from './commands/models'
import { profile } from './commands/profile'
import { published } from './commands/published'
import { run } from './commands/run'
import { share } from './commands/share'
import { verify } from './commands/verify'

const commands: readonly Command[] = [
  list,
  analyze,
  run,
  look,
  profile,
  verify,
  bench,
  exportDesign,
  share,
  models,
  published,
]

export async function main(args: readonly string[]): Promise<number> {
  const [name, ...rest] = args
  if (!name || name === '--help' || name === '-h' || name === 'help') {
    print(help())
    return name ? 0 : 2
  }
  const command = commands.find((candidate) => candidate.name === name)
  if (!command) {
    complain(`there is no command ${name}; known: ${commands.map((known) => known.name).join(', ')}`)
    return 2
  }
  try {
    const words = readWords(command, rest)
    if (words.wantsHelp) {
      print(`vertebra ${command.name} ${command.usage}\n${command.summary}`)
      return 0
    }
    return await command.run(words)
  } catch (error) {
    const sentence = error instanceof Error ? error.message : String(error)
    const remedy = error instanceof UsageError ? `; usage: vertebra ${command.name} ${command.usage}` : ''
    complain(`${sentence}${remedy}`)
    return error instanceof UsageError ? 2 : 1
  }
}

function help(): string {
  const rows = commands.map(({ name, usage, summary }) => `  vertebra ${name} ${usage}\n      ${summary}`)
  return [
    'vertebra: vision architectures, analysed and run.',
    '',
    ...rows,
    '',
    'A design is a preset name, a JSON file or a share link. Every command takes --json.',
  ].join('\n')
}

const print = (text: string) => process.stdout.write(`${text}\n`)
const complain = (sentence: string) => process.stderr.write(`vertebra: ${sentence.replaceAll('\n', ' ')}\n`)
