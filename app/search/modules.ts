/** Modules by name, paper and idea. What a module is like is asked of the module itself, by building it. */
import type { ModuleDefinition } from '../../engine/index'
import { kindWords } from '../glyphs/roles'
import { studyOf } from '../state/modules'
import { type Entry, entryOf, remembered } from './search'

export const moduleEntry: (module: ModuleDefinition) => Entry = remembered((module) =>
  entryOf([
    { weight: 10, texts: [module.title, module.shortTitle ?? '', spaced(module.id), module.id] },
    { weight: 6, texts: [...ideasOf(module), ...(module.keywords ?? [])], areIdeas: true },
    { weight: 5, texts: [kindWords[module.kind].one, module.family ?? ''] },
    {
      weight: 4,
      texts: module.paper ? [module.paper.title, module.paper.authors, `${module.paper.year}`] : [],
    },
    { weight: 1, texts: [module.summary] },
  ]),
)

/** `crossShaped` -> `cross shaped`. */
const spaced = (id: string): string => id.replace(/(?<=[a-z0-9])(?=[A-Z])/g, ' ')

/** How a module works, in the words that people look for. */
export const ideasOf: (module: ModuleDefinition) => readonly string[] = remembered((module) => {
  const study = studyOf(module)
  if (!study) return []
  const ideas: string[] = []
  const { trainable, frozen } = study.cost.params
  if (trainable + frozen === 0) ideas.push('no parameters', 'parameter-free')
  if (frozen > 0) ideas.push('frozen weights')
  if (study.isOfOneSize) ideas.push('fixed resolution')
  if ('position' in module.attrs) ideas.push('position encoding')
  if (module.kind !== 'mixer') return ideas
  ideas.push(...reachIdeas[study.reach ?? 'point'])
  if (study.hasTransform) ideas.push('frequency domain', 'Fourier')
  else if (study.growth) ideas.push(...growthIdeas[study.growth])
  ideas.push(study.hasSoftmax ? 'softmax' : 'no softmax')
  ideas.push(study.isDataDependent ? 'data-dependent' : 'data-independent')
  ideas.push(module.family === 'attention' ? 'attention' : 'attention-free')
  return ideas
})

const reachIdeas = {
  point: ['per position'],
  local: ['local'],
  global: ['global'],
} as const
const growthIdeas = {
  linear: ['linear cost', 'subquadratic cost'],
  between: ['n√n cost', 'subquadratic cost'],
  quadratic: ['quadratic cost'],
} as const
