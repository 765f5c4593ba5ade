/** Rows of one length: who works on them. */
import { KernelError } from '../errors'
import type { DeviceTraits, Variant } from './kernel'
import type { View } from './spec'
import { limitedAxes } from './views'

/** `lanes` invocations share one row or result, `rows` of them make a workgroup. */
export interface Sharing extends Variant {
  readonly lanes: number
  readonly rows: number
}

/**
 * Alone in a row where rows are many or invocations take turns; a whole workgroup where rows are few and long.
 * The first is the static choice.
 */
export function sharings(rows: number, length: number, device: DeviceTraits): readonly Sharing[] {
  const alone = { name: 'one each', lanes: 1, rows: 64 }
  const few = { name: 'four each', lanes: 4, rows: 16 }
  const team = { name: 'sixteen each', lanes: 16, rows: 4 }
  const whole = { name: 'a workgroup each', lanes: 256, rows: 1 }
  if (device.isSoftware) return rows < 64 && length >= 256 ? [whole, alone] : [alone, few]
  if (length >= 1024) return [whole, team]
  return rows * length > 64 * 65536 ? [team, alone, whole] : [team, whole, alone]
}

export function sharingNamed(all: readonly Sharing[], { name }: Variant): Sharing {
  const found = all.find((one) => one.name === name)
  if (!found) throw new KernelError(`internal: there is no variant '${name}' for these rows.`)
  return found
}

export function refuseGuard(view: View, what: string): void {
  if (limitedAxes(view).length)
    throw new KernelError(`internal: ${what} cannot read through a guard; copy it first.`)
}
