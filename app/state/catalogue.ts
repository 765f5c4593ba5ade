/** All presets, once their code is here; the one of a first visit comes with the page. */
import { create } from 'zustand'
import { firstPreset, type Preset } from '../../engine/index'
import { later } from '../later'
import { loadModules } from './modules'

/** Null while they are on their way. */
const useCatalogueStore = create<{ readonly presets: readonly Preset[] | null }>()(() => ({ presets: null }))

export const loadCatalogue = later(async () => {
  const [{ presets }] = await Promise.all([import('../../engine/catalogue'), loadModules()])
  useCatalogueStore.setState({ presets })
})

export const useCatalogue = (): readonly Preset[] | null => useCatalogueStore((state) => state.presets)

/** What is known by now. */
export const knownPresets = (): readonly Preset[] => useCatalogueStore.getState().presets ?? [firstPreset]
