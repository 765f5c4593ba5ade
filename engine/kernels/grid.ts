/** Cuts the work of a kernel into dispatches: short enough for the watchdog, narrow enough for the limits. */
import type { Cost, DeviceTraits, Dispatch } from './kernel'

/** No dispatch is predicted to take longer: browsers watch, and people want to interrupt. */
export const LONGEST_MS = 50

/**
 * Dispatches for `groups` workgroups that share `cost` evenly. `uniforms` gets the number of the first workgroup and that
 * after the last one; a shader counts its workgroups as `firstGroup + y * workgroups.x + x`.
 */
export function split(
  groups: number,
  cost: Cost,
  device: DeviceTraits,
  shader: Pick<Dispatch, 'source' | 'bindings'>,
  uniforms: (firstGroup: number, endGroup: number) => Uint8Array,
): readonly Dispatch[] {
  const parts = Math.min(groups, Math.max(1, Math.ceil(predictedMs(cost, device) / LONGEST_MS)))
  const size = Math.ceil(groups / parts)
  const dispatches: Dispatch[] = []
  for (let first = 0; first < groups; first += size) {
    const end = Math.min(groups, first + size)
    dispatches.push({ ...shader, uniforms: uniforms(first, end), workgroups: grid(end - first, device) })
  }
  return dispatches
}

/** How long a kernel should take: arithmetic and memory do not overlap in this estimate. */
export function predictedMs(cost: Cost, device: DeviceTraits): number {
  const { macsPerSecond, bytesPerSecond } = device.rate
  return 1000 * (cost.macs / macsPerSecond + (cost.bytesRead + cost.bytesWritten) / bytesPerSecond)
}

/** Rows of workgroups when there are more than fit side by side; the last row may be longer than needed. */
function grid(groups: number, device: DeviceTraits): readonly [number, number, number] {
  const widest = device.limits.maxComputeWorkgroupsPerDimension
  const rows = Math.ceil(groups / widest)
  return [Math.ceil(groups / rows), rows, 1]
}
