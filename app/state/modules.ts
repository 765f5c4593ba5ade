/** All modules, once their code is here; those of the first design come with the page. */
import { create } from 'zustand'
import { firstModules, type ModuleDefinition } from '../../engine/index'
import type { Study } from '../../engine/parts'
import { later } from '../later'

/** Null while they are on their way. */
const useModuleStore = create<{
  readonly modules: readonly ModuleDefinition[] | null
  readonly study: (module: ModuleDefinition) => Study | null
}>()(() => ({ modules: null, study: () => null }))

export const loadModules = later(async () => {
  const { modules, study } = await import('../../engine/parts')
  useModuleStore.setState({ modules, study })
})

export const useModules = (): readonly ModuleDefinition[] | null => useModuleStore((state) => state.modules)

/** What is known by now, in the order of the palette. */
export const knownModules = (): readonly ModuleDefinition[] =>
  useModuleStore.getState().modules ?? firstModules

/** What a module is like; null as long as that is on its way. */
export const studyOf = (module: ModuleDefinition): Study | null => useModuleStore.getState().study(module)

/** Modules that can take the place of one of this kind, itself left out. */
export const alternativesTo = (id: string): readonly ModuleDefinition[] => {
  const kind = knownModules().find((definition) => definition.id === id)?.kind
  return knownModules().filter((definition) => definition.kind === kind && definition.id !== id)
}

/** Modules that can stand on an edge. */
export const insertables = (): readonly ModuleDefinition[] =>
  knownModules().filter(({ inputs }) => inputs.length === 1 && !inputs[0]?.endsWith('…'))
