import { VertebraError } from '../errors'
import type { Lowered } from '../lower/lowered'

/** A design that cannot run yet; the message names the node and what is wrong with it. */
export class DesignError extends VertebraError {
  override readonly name = 'DesignError'
}

/** The graph node of the output. Throws DesignError. */
export function outputOf({ diagnostics, output }: Lowered): number {
  const first = diagnostics.find(({ severity }) => severity === 'error')
  if (first) throw new DesignError(`${first.path}: ${first.message}`)
  if (output === null) throw new DesignError('Nothing reaches the output of the design.')
  return output
}
