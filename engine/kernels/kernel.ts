/** What a kernel family offers to compile, and what it hands to the runtime. */
import type { Spec, TensorId } from './spec'

/** What is known about an adapter, without any GPU object: enough to choose, to split and to refuse. */
export interface DeviceTraits {
  /** For people and for cache keys: `llvmpipe (LLVM 19.1.7, 256 bits)`. */
  readonly name: string
  readonly isSoftware: boolean
  readonly hasSubgroups: boolean
  /** 0 when unknown or not fixed. */
  readonly subgroupSize: number
  readonly hasF16: boolean
  readonly hasTimestamps: boolean
  readonly limits: {
    readonly maxStorageBufferBindingSize: number
    readonly maxBufferSize: number
    readonly maxComputeWorkgroupStorageSize: number
    readonly maxComputeInvocationsPerWorkgroup: number
    readonly maxStorageBuffersPerShaderStage: number
    readonly maxComputeWorkgroupsPerDimension: number
  }
  /** Predicted rate, multiply-adds per second and bytes per second, for splitting; conservative until calibrated. */
  readonly rate: { readonly macsPerSecond: number; readonly bytesPerSecond: number }
}

/** One way to compute a spec: a shader file and the constants to put into it. */
export interface Variant {
  /** Readable and stable; part of the tuner's cache: `tile 32x32`. */
  readonly name: string
}

/** One dispatch, ready to encode: plain data. Bindings are group 0 in order; uniforms are group 1, binding 0. */
export interface Dispatch {
  /** Complete WGSL, entry point `main`. Pipelines are cached by this text. */
  readonly source: string
  readonly bindings: readonly { readonly tensor: TensorId; readonly access: 'read' | 'read_write' }[]
  /** Contents of the uniform block, a multiple of 16 bytes. */
  readonly uniforms: Uint8Array
  readonly workgroups: readonly [number, number, number]
}

export interface Cost {
  /** Multiply-adds done (padding included), for rates and splitting. */
  readonly macs: number
  readonly bytesRead: number
  readonly bytesWritten: number
}

export interface Kernel<S extends Spec = Spec> {
  readonly family: S['family']
  /** Possible variants for this spec on this device; the first is the static choice, the tuner measures the rest. */
  variants(spec: S, device: DeviceTraits): readonly Variant[]
  /** One or more dispatches (split so that none is predicted to take over 50 ms). Throws KernelError when it cannot. */
  dispatches(spec: S, variant: Variant, device: DeviceTraits): readonly Dispatch[]
  cost(spec: S): Cost
}
