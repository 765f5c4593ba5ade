import { encodeLink } from '../../exchange'
import { type Command, UsageError } from '../command'
import { openDesign, reportedName } from '../design'
import { designOptions } from '../options'
import { printJson, printLine } from '../print'

export const share: Command = {
  name: 'share',
  usage: '<design> [--input 224] [--positions] [--at https://...]',
  summary: 'Writes a design as a link: what follows the address of the app, or the whole address with --at.',
  options: { ...designOptions, positions: { type: 'boolean' }, at: { type: 'string' } },
  async run({ names, isJson, count, flag, text }) {
    const [name] = names
    if (!name || names.length > 1) throw new UsageError('share takes one design')
    const document = openDesign(name, count('input'))
    const link = encodeLink(document, { positions: flag('positions') })
    const url = `${text('at') ?? ''}${link}`
    if (isJson) printJson({ name: reportedName(name, document), url, length: link.length })
    else printLine(`${url}\n${link.length} characters`)
    return 0
  },
}
