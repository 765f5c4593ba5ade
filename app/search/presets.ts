/** Presets by name, paper and idea: the ideas of a design are those of its mixers. */
import { findModule, type GraphBody, type ModuleDefinition, type Preset } from '../../engine/index'
import { ideasOf } from './modules'
import { type Entry, entryOf, remembered } from './search'

export const presetEntry: (preset: Preset) => Entry = remembered((preset) => {
  const { id, title, family, summary, paper } = preset
  return entryOf([
    { weight: 10, texts: [title, id.replaceAll('_', ' '), id] },
    { weight: 5, texts: [family.replaceAll('_', ' ')] },
    { weight: 4, texts: [paper.title, paper.authors, `${paper.year}`] },
    { weight: 3, texts: mixersOf(preset).map((mixer) => mixer.title) },
    { weight: 3, texts: designIdeas(preset), areIdeas: true },
    { weight: 1, texts: [summary] },
  ])
})

/** The mixers of a design; of one without any, its convolutions say what it is. */
const mixersOf: (preset: Preset) => readonly ModuleDefinition[] = remembered(({ document }) => {
  const used = new Set<ModuleDefinition>()
  const visit = (body: GraphBody) => {
    for (const node of body.nodes) {
      if (node.type === 'group') {
        if (node.body) visit(node.body)
        continue
      }
      const module = findModule(node.module)
      if (module?.kind === 'mixer') used.add(module)
    }
  }
  for (const body of [document.graph, ...Object.values(document.definitions)]) visit(body)
  return [...used]
})

/** What one mixer can say for all of them, and what only all together can. */
function designIdeas(preset: Preset): readonly string[] {
  const ideas = mixersOf(preset).map(ideasOf)
  const some = new Set(ideas.flat())
  const isSaidByAll = (idea: string) => ideas.every((own) => own.includes(idea))
  return [...some].filter((idea) => !onlyOfAll.has(idea) || isSaidByAll(idea))
}

const onlyOfAll = new Set([
  'no softmax',
  'attention-free',
  'linear cost',
  'subquadratic cost',
  'no parameters',
  'parameter-free',
  'local',
  'data-independent',
])
