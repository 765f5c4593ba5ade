import type { BlockTemplate } from '../commands/templates'
import { type Entry, entryOf, remembered } from './search'

export const templateEntry: (template: BlockTemplate) => Entry = remembered(({ title, summary }) =>
  entryOf([
    { weight: 10, texts: [`${title} block`] },
    { weight: 1, texts: [summary] },
  ]),
)
