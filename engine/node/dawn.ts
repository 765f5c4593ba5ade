/** WebGPU in Node: Dawn on the machine's Vulkan drivers. */
import { type OpenDevice, openDevice } from '../gpu/device'
import { vulkanDrivers } from './machine'

/** A collected instance takes the process with it (std::system_error), so it is kept. */
let kept: GPU | null = null

/** A device, or an error with the remedy. `adapter` names a software driver of machine.json, or part of a GPU's name. */
export async function openNodeDevice(adapter?: string): Promise<OpenDevice> {
  const search = await openDevice(await dawn(adapter), [100])
  if (!search.found) {
    throw new Error(
      `${search.reason} Run \`node .ci/setup.mjs\` for a software driver, or use \`--on reference\`.`,
    )
  }
  const { name } = search.device.traits
  if (adapter && !name.toLowerCase().includes(adapter.toLowerCase())) {
    const known = Object.keys(vulkanDrivers()).join(', ') || 'none'
    throw new Error(
      `there is no adapter ${adapter} here; ${name} answered. Software drivers found: ${known}.`,
    )
  }
  return search.device
}

/** The host object, as `navigator.gpu` in a browser. The first call in a process decides the driver. */
export async function dawn(adapter?: string): Promise<GPU> {
  if (kept) return kept
  const driver = adapter === undefined ? undefined : vulkanDrivers()[adapter.toLowerCase()]
  // The Vulkan loader reads this when the instance is made.
  if (driver) process.env.VK_ICD_FILENAMES = driver.icd
  yieldBetweenPolls()
  const { create, globals } = await import('webgpu')
  Object.assign(globalThis, globals)
  // Exact nanoseconds: the grid of 65.5 us protects web pages from each other, and there are none here.
  kept = create(['disable-dawn-features=timestamp_quantization'])
  return kept
}

/**
 * Dawn polls for finished work with setImmediate, which takes a whole core from a software adapter's threads. A millisecond
 * between polls doubles the throughput of llvmpipe on two cores (measured 2026-11).
 */
function yieldBetweenPolls(): void {
  const slower = (callback: (...values: unknown[]) => void, ...values: unknown[]) =>
    setTimeout(callback, 1, ...values)
  globalThis.setImmediate = slower as unknown as typeof globalThis.setImmediate
}
