import { presets } from '../../catalogue'
import { modules } from '../../parts'
import { type Command, UsageError } from '../command'
import { printJson, printLine, table } from '../print'

export const list: Command = {
  name: 'list',
  usage: '[modules|presets]',
  summary: 'Shows what designs can be made of and what to begin with.',
  options: {},
  async run({ names, isJson }) {
    const [what] = names
    if (names.length > 1 || (what && what !== 'modules' && what !== 'presets')) {
      throw new UsageError(`list knows modules and presets, not ${names.join(' ')}`)
    }
    const lists = {
      ...(what !== 'presets' && {
        modules: modules.map(({ id, kind, title, summary, formula }) => ({
          id,
          kind,
          title,
          summary,
          formula,
        })),
      }),
      ...(what !== 'modules' && {
        presets: presets.map(({ id, title, family, summary }) => ({ name: id, title, family, summary })),
      }),
    }
    if (isJson) printJson(lists)
    if (isJson) return 0
    if (lists.modules) {
      printLine(
        table([
          ['module', 'kind', 'summary'],
          ...lists.modules.map((row) => [row.id, row.kind, row.summary]),
        ]),
      )
    }
    if (lists.modules && lists.presets) printLine()
    if (lists.presets) {
      printLine(
        table([
          ['preset', 'title', 'summary'],
          ...lists.presets.map((row) => [row.name, row.title, row.summary]),
        ]),
      )
    }
    return 0
  },
}
