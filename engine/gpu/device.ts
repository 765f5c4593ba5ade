/** Opens a WebGPU device: retries, stable features, modest limits, and the traits that compile plans for. */
import type { DeviceTraits } from '../kernels/kernel'

/** Everything that depends on one device lives and dies with it. */
export interface OpenDevice {
  readonly gpu: GPUDevice
  readonly traits: DeviceTraits
  /** Why the device is gone, as a sentence; null while it works. */
  readonly loss: { readonly sentence: string | null; readonly happened: Promise<string> }
  /** What the device complained about since this was last asked. A complaint means a fault of ours. */
  takeComplaint(): string | null
}

/** `reason` is a sentence for people. */
export type DeviceSearch =
  | { readonly found: true; readonly device: OpenDevice }
  | { readonly found: false; readonly reason: string }

/** On Windows the first request within 50 to 100 ms can answer null (sokuji#515): a null is never final at once. */
const retryDelaysMs = [100, 500, 2000]

/** Experimental features that a flag turns on stay out: a person's browser does not have them. */
const wantedFeatures: readonly GPUFeatureName[] = ['timestamp-query', 'subgroups', 'shader-f16']

/** The plan works with the default limits; more is taken where the adapter offers it. */
const wishes = {
  maxStorageBufferBindingSize: 2 ** 30,
  maxBufferSize: 2 ** 30,
  maxComputeWorkgroupStorageSize: 32_768,
  maxComputeInvocationsPerWorkgroup: 256,
  maxComputeWorkgroupSizeX: 256,
  maxStorageBuffersPerShaderStage: 10,
} as const

/** `host` is `navigator.gpu`, or Dawn in Node; undefined where there is none. */
export async function openDevice(
  host: GPU | undefined,
  delaysMs: readonly number[] = retryDelaysMs,
): Promise<DeviceSearch> {
  if (!host) return { found: false, reason: 'This browser has no WebGPU.' }
  let reason = 'No graphics adapter answered.'
  for (const delayMs of [0, ...delaysMs]) {
    if (delayMs > 0) await pause(delayMs)
    try {
      const adapter = await host.requestAdapter({ powerPreference: 'high-performance' })
      if (adapter) return { found: true, device: await deviceOf(adapter) }
      reason = 'WebGPU is there, but no graphics adapter answered; the driver may be blocked or switched off.'
    } catch (error) {
      // Firefox throws where the adapter is on its block list (mdn/content#42647).
      reason = `WebGPU refused to start: ${error instanceof Error ? error.message : String(error)}`
    }
  }
  return { found: false, reason }
}

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

async function deviceOf(adapter: GPUAdapter): Promise<OpenDevice> {
  const features = wantedFeatures.filter((feature) => adapter.features.has(feature))
  const requiredLimits = Object.fromEntries(
    Object.entries(wishes).map(([name, wish]) => [
      name,
      Math.min(adapter.limits[name as keyof typeof wishes], wish),
    ]),
  )
  const gpu = await adapter.requestDevice({ requiredFeatures: features, requiredLimits })
  let complaint: string | null = null
  gpu.addEventListener('uncapturederror', (event) => {
    complaint ??= event.error.message
  })
  let sentence: string | null = null
  const happened = gpu.lost.then(({ reason, message }) => {
    sentence =
      reason === 'destroyed' ? 'The device was given back.' : `The graphics device went away: ${message}`
    return sentence
  })
  return {
    gpu,
    traits: traitsOf(adapter, gpu),
    loss: {
      get sentence() {
        return sentence
      },
      happened,
    },
    takeComplaint() {
      const taken = complaint
      complaint = null
      return taken
    },
  }
}

/** Some browsers leave fields of `info` out (Safari 26: the subgroup sizes), so every one is read with care. */
function traitsOf(adapter: GPUAdapter, gpu: GPUDevice): DeviceTraits {
  const info: Partial<GPUAdapterInfo> = adapter.info ?? {}
  const name = info.description || info.device || [info.vendor, info.architecture].filter(Boolean).join(' ')
  const isSoftware =
    info.isFallbackAdapter === true ||
    /swiftshader|llvmpipe|lavapipe|software|basic render/i.test(`${name} ${info.architecture}`)
  const isFixedSubgroup = info.subgroupMinSize !== undefined && info.subgroupMinSize === info.subgroupMaxSize
  const { limits } = gpu
  return {
    name: name || 'unnamed adapter',
    isSoftware,
    hasSubgroups: gpu.features.has('subgroups'),
    subgroupSize: isFixedSubgroup ? (info.subgroupMinSize ?? 0) : 0,
    hasF16: gpu.features.has('shader-f16'),
    hasTimestamps: gpu.features.has('timestamp-query'),
    limits: {
      maxStorageBufferBindingSize: limits.maxStorageBufferBindingSize,
      maxBufferSize: limits.maxBufferSize,
      maxComputeWorkgroupStorageSize: limits.maxComputeWorkgroupStorageSize,
      maxComputeInvocationsPerWorkgroup: limits.maxComputeInvocationsPerWorkgroup,
      maxStorageBuffersPerShaderStage: limits.maxStorageBuffersPerShaderStage,
      maxComputeWorkgroupsPerDimension: limits.maxComputeWorkgroupsPerDimension,
    },
    // Conservative: a dispatch that is split needlessly costs microseconds, one that runs too long costs the device.
    rate: isSoftware
      ? { macsPerSecond: 4e9, bytesPerSecond: 2e9 }
      : { macsPerSecond: 10e9, bytesPerSecond: 5e9 },
  }
}
