import { type ModuleDefinition, modules } from '../../engine/index'

/** Modules that can take the place of one of this kind, itself left out. */
export const alternativesTo = (id: string): readonly ModuleDefinition[] => {
  const kind = modules.find((definition) => definition.id === id)?.kind
  return modules.filter((definition) => definition.kind === kind && definition.id !== id)
}

/** Modules that can stand on an edge. */
export const insertables: readonly ModuleDefinition[] = modules.filter(
  ({ inputs }) => inputs.length === 1 && !inputs[0]?.endsWith('…'),
)
