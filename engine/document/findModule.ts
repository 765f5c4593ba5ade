import { modules } from '../modules'
import type { ModuleDefinition } from '../modules/module'

const byId = new Map(modules.map((module) => [module.id, module]))

/** The module with this id, if this version of Vertebra knows it. */
export const findModule = (id: string): ModuleDefinition | undefined => byId.get(id)
