/** All modules, once their code is here; those of the first design come with the page. */
import { create } from 'zustand'
import { firstModules, type ModuleDefinition } from '../../engine/index'
import { later } from '../later'

/** Null while they are on their way. */
const useModuleStore = create<{ readonly modules: readonly ModuleDefinition[] | null }>()(() => ({
  modules: null,
}))

export const loadModules = later(async () => {
  const { modules } = await import('../../engine/parts')
  useModuleStore.setState({ modules })
})

export const useModules = (): readonly ModuleDefinition[] | null => useModuleStore((state) => state.modules)

/** What is known by now, in the order of the palette. */
export const knownModules = (): readonly ModuleDefinition[] =>
  useModuleStore.getState().modules ?? firstModules

/** Modules that can take the place of one of this kind, itself left out. */
export const alternativesTo = (id: string): readonly ModuleDefinition[] => {
  const kind = knownModules().find((definition) => definition.id === id)?.kind
  return knownModules().filter((definition) => definition.kind === kind && definition.id !== id)
}

/** Modules that can stand on an edge. */
export const insertables = (): readonly ModuleDefinition[] =>
  knownModules().filter(({ inputs }) => inputs.length === 1 && !inputs[0]?.endsWith('…'))
