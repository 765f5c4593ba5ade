/**
 * The modules that are here. Everything but the page has all from the beginning (`index.ts`); the page begins with those of
 * its first design (`first.ts`) and fetches the others right after it has drawn that.
 */
import type { ModuleDefinition } from './module'

const byId = new Map<string, ModuleDefinition>()

export function provide(modules: readonly ModuleDefinition[]): void {
  for (const module of modules) byId.set(module.id, module)
}

/** The module with this id, if this version of Vertebra knows it. */
export const findModule = (id: string): ModuleDefinition | undefined => byId.get(id)
