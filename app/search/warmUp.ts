import { knownPresets, loadCatalogue } from '../state/catalogue'
import { knownModules, loadModules } from '../state/modules'
import { whenIdle } from '../ui/whenIdle'
import { moduleEntry } from './modules'
import { presetEntry } from './presets'

const sliceMs = 8

/** Finds out in pauses what everything is about, so that the first search answers as fast as the second. */
export async function warmUpSearch(): Promise<void> {
  await Promise.all([loadModules(), loadCatalogue()])
  const work = [
    ...knownModules().map((module) => () => moduleEntry(module)),
    ...knownPresets().map((preset) => () => presetEntry(preset)),
  ].values()
  const next = () => {
    const end = performance.now() + sliceMs
    for (const step of work) {
      step()
      if (performance.now() > end) return void whenIdle(next)
    }
  }
  whenIdle(next)
}
