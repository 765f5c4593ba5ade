/** What runs must be whole: the first thing that is wrong is said with its node and its remedy. */
import type { Lowered } from '../lower/lowered'

/** The graph node of the output. Throws an error that names the node and the remedy. */
export function requireWhole(lowered: Lowered): number {
  const errors = lowered.diagnostics.filter(({ severity }) => severity === 'error')
  const [first] = errors
  if (first) {
    const fix = first.fixes[0]
    const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : ''
    throw new Error(`${first.path}: ${first.message}${fix ? ` Remedy: ${fix.label}.` : ''}${more}`)
  }
  if (lowered.output === null) throw new Error(`${lowered.document.name}: nothing reaches the output`)
  return lowered.output
}
