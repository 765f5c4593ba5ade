/** Traits to compile for where no adapter is at hand. */
import type { DeviceTraits } from '../../kernels/kernel'

export const plainDevice: DeviceTraits = {
  name: 'nothing in particular',
  isSoftware: false,
  hasSubgroups: false,
  subgroupSize: 0,
  hasF16: false,
  hasTimestamps: false,
  limits: {
    maxStorageBufferBindingSize: 2 ** 27,
    maxBufferSize: 2 ** 28,
    maxComputeWorkgroupStorageSize: 16384,
    maxComputeInvocationsPerWorkgroup: 256,
    maxStorageBuffersPerShaderStage: 8,
    maxComputeWorkgroupsPerDimension: 65535,
  },
  rate: { macsPerSecond: 1e12, bytesPerSecond: 1e11 },
}
