import { completeAttributes, type ModuleDefinition, type ModuleKind } from '../../../engine/index'
import { type BlockTemplate, templates } from '../../commands/templates'

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

/** The palette's lists; with a search, only what matches it. */
export function paletteSections(
  modules: readonly ModuleDefinition[],
  search = '',
): readonly PaletteSection[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean)
  return plan
    .map(({ id, title, kinds, isOpen = false }) => ({
      id,
      title,
      kinds,
      modules: modules.filter(
        (definition) => kinds.includes(definition.kind) && matches(textOf(definition), words),
      ),
      templates:
        id === 'blocks'
          ? templates.filter((block) => matches(`${block.title} ${block.summary} block`, words))
          : [],
      isOpenAtFirst: isOpen,
    }))
    .filter((section) => section.modules.length + section.templates.length > 0)
}

const textOf = (definition: ModuleDefinition): string =>
  `${definition.id} ${definition.title} ${definition.shortTitle ?? ''} ${definition.kind} ${definition.summary} ${definition.paper?.title ?? ''} ${definition.paper?.authors ?? ''}`

const matches = (text: string, words: readonly string[]): boolean => {
  const lower = text.toLowerCase()
  return words.every((word) => lower.includes(word))
}

/** A module's main setting as it comes out of the palette; '' when it has none. */
export const defaultSubtitle = (definition: ModuleDefinition): string =>
  definition.subtitle?.(completeAttributes(definition.attrs, {}), null) ?? ''
