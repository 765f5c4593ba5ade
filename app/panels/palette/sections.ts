import { completeAttributes, type ModuleDefinition, type ModuleKind } from '../../../engine/index'
import { type BlockTemplate, templates } from '../../commands/templates'
import { moduleEntry } from '../../search/modules'
import { ranked } from '../../search/search'
import { templateEntry } from '../../search/templates'

export interface PaletteSection {
  readonly id: string
  readonly title: string
  readonly kinds: readonly ModuleKind[]
  readonly modules: readonly ModuleDefinition[]
  readonly templates: readonly BlockTemplate[]
  readonly isOpenAtFirst: boolean
}

const plan: readonly {
  readonly id: string
  readonly title: string
  readonly kinds: readonly ModuleKind[]
  readonly isOpen?: boolean
}[] = [
  { id: 'mixers', title: 'Token mixers', kinds: ['mixer'], isOpen: true },
  { id: 'mlps', title: 'Channel mixers', kinds: ['mlp'], isOpen: true },
  { id: 'norms', title: 'Norms', kinds: ['norm'], isOpen: true },
  { id: 'activations', title: 'Activations', kinds: ['activation'] },
  { id: 'stems', title: 'Stems and downsampling', kinds: ['stem', 'downsample'] },
  { id: 'joins', title: 'Scale and merge', kinds: ['scale', 'merge'] },
  { id: 'heads', title: 'Heads', kinds: ['head'] },
  { id: 'tensors', title: 'Tensor operations', kinds: ['tensor'] },
  { id: 'blocks', title: 'Blocks', kinds: [] },
]

/** The palette's lists; with a search, only what it finds, and what it finds best comes first. */
export function paletteSections(
  modules: readonly ModuleDefinition[],
  search = '',
): readonly PaletteSection[] {
  const found = ranked<Found>([...modules, ...templates], search, (item) =>
    isModule(item) ? moduleEntry(item) : templateEntry(item),
  )
  const sections = plan.map(({ id, title, kinds, isOpen = false }) => ({
    id,
    title,
    kinds,
    modules: found.filter(isModule).filter((module) => kinds.includes(module.kind)),
    templates: id === 'blocks' ? found.filter(isTemplate) : [],
    isOpenAtFirst: isOpen,
  }))
  const place = ({ modules, templates }: PaletteSection): number =>
    Math.min(...[...modules, ...templates].map((item) => found.indexOf(item)))
  return sections
    .filter((section) => section.modules.length + section.templates.length > 0)
    .sort((a, b) => (search.trim() === '' ? 0 : place(a) - place(b)))
}

type Found = ModuleDefinition | BlockTemplate
const isModule = (item: Found): item is ModuleDefinition => 'kind' in item
const isTemplate = (item: Found): item is BlockTemplate => !isModule(item)

/** A module's main setting as it comes out of the palette; '' when it has none. */
export const defaultSubtitle = (definition: ModuleDefinition): string =>
  definition.subtitle?.(completeAttributes(definition.attrs, {}), null) ?? ''
