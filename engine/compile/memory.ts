/** Where every tensor lies. Known before anything is allocated, so that a design that does not fit is refused with figures. */
import { KernelError } from '../errors'
import { elements } from '../graph/graph'
import type { DeviceTraits } from '../kernels/kernel'
import type { TensorId } from '../kernels/spec'
import type { BufferPlan, TensorPlan } from './plan'
import type { Schedule, ScheduledTensor } from './schedule'
import { tensorsOf } from './specTensors'

export interface MemoryPlan {
  readonly tensors: readonly TensorPlan[]
  readonly buffers: readonly BufferPlan[]
}

/** Offsets of storage bindings are multiples of this, as WebGPU asks by default. */
const alignment = 256

/** Throws KernelError when a tensor is larger than this adapter binds. */
export function planMemory(
  schedule: Schedule,
  device: DeviceTraits,
  label: (tensor: ScheduledTensor) => string,
): MemoryPlan {
  const { tensors } = schedule
  for (const tensor of tensors) checkSize(tensor, device, label)
  const places = new Map<TensorId, Place>()
  const buffers: { bytes: number; use: BufferPlan['use'] }[] = []
  const outputs = new Set(schedule.outputs.map(({ tensor }) => tensor))

  for (const tensor of tensors) {
    const isOutput = outputs.has(tensor.id)
    if (tensor.kind !== 'input' && !isOutput) continue
    places.set(tensor.id, { buffer: buffers.length, offset: 0 })
    buffers.push({ bytes: bytesOf(tensor), use: isOutput ? 'output' : 'input' })
  }
  // A dispatch may not read and write one buffer: what is prepared lies apart from what it is prepared from.
  const depths = preparationDepths(schedule)
  const slabLimit = Math.min(device.limits.maxStorageBufferBindingSize, device.limits.maxBufferSize)
  for (let depth = 0; depth <= Math.max(0, ...depths.values()); depth++) {
    const ofDepth = tensors.filter(({ id, kind }) =>
      kind === 'weight' || kind === 'prepared' ? (depths.get(id) ?? 0) === depth : false,
    )
    packSlabs(ofDepth, 'weights', slabLimit, buffers, places)
  }
  packSlabs(
    tensors.filter(({ kind }) => kind === 'constant'),
    'constant',
    slabLimit,
    buffers,
    places,
  )
  poolActivations(schedule, outputs, buffers, places)

  return {
    buffers: buffers.map(({ bytes, use }, id) => ({ id, bytes, use })),
    tensors: tensors.map((tensor) => ({
      id: tensor.id,
      shape: tensor.shape,
      bytes: bytesOf(tensor),
      ...(places.get(tensor.id) as Place),
      label: label(tensor),
    })),
  }
}

interface Place {
  readonly buffer: number
  readonly offset: number
}
type Buffers = { bytes: number; use: BufferPlan['use'] }[]

const bytesOf = ({ shape }: ScheduledTensor): number => elements(shape) * 4

/** How many preparing steps lie between a tensor and the weights as they were loaded. */
function preparationDepths({ kernels, tensors }: Schedule): Map<TensorId, number> {
  const depths = new Map<TensorId, number>()
  for (const { spec, isFixed } of kernels) {
    if (!isFixed) continue
    const out = spec.out.tensor
    const inputs = tensorsOf(spec).filter((tensor) => tensor !== out && tensors[tensor].kind !== 'constant')
    const depth = 1 + Math.max(0, ...inputs.map((tensor) => depths.get(tensor) ?? 0))
    depths.set(out, Math.max(depth, depths.get(out) ?? 0))
  }
  return depths
}

function packSlabs(
  tensors: readonly ScheduledTensor[],
  use: BufferPlan['use'],
  limit: number,
  buffers: Buffers,
  places: Map<TensorId, Place>,
): void {
  let slab: Buffers[number] | null = null
  for (const tensor of tensors) {
    const bytes = bytesOf(tensor)
    const end: number = slab ? aligned(slab.bytes) : 0
    if (!slab || end + bytes > limit) {
      slab = { bytes, use }
      buffers.push(slab)
      places.set(tensor.id, { buffer: buffers.length - 1, offset: 0 })
    } else {
      places.set(tensor.id, { buffer: buffers.length - 1, offset: end })
      slab.bytes = end + bytes
    }
  }
}

/**
 * Tensors whose lives do not overlap share a buffer. The largest choose first, so that every buffer has its final size at once
 * (Pisarchyk and Lee 2020, "greedy by size", arxiv.org/abs/2001.03288). A result never shares with what its own step reads.
 */
function poolActivations(
  { kernels, tensors }: Schedule,
  outputs: ReadonlySet<TensorId>,
  buffers: Buffers,
  places: Map<TensorId, Place>,
): void {
  const lives = new Map<TensorId, [number, number]>()
  kernels.forEach(({ spec, isFixed }, step) => {
    if (isFixed) return
    for (const tensor of tensorsOf(spec)) {
      if (tensors[tensor].kind === 'activation' && !outputs.has(tensor)) {
        lives.set(tensor, [lives.get(tensor)?.[0] ?? step, step])
      }
    }
  })
  const tenants: { buffer: number; lives: [number, number][] }[] = []
  const bySize = [...lives].sort(([one], [other]) => bytesOf(tensors[other]) - bytesOf(tensors[one]))
  for (const [tensor, life] of bySize) {
    // Of the buffers that are free for so long, the one made last is the smallest.
    let home = tenants.findLast((tenant) =>
      tenant.lives.every((other) => life[1] < other[0] || other[1] < life[0]),
    )
    if (!home) {
      home = { buffer: buffers.push({ bytes: bytesOf(tensors[tensor]), use: 'activation' }) - 1, lives: [] }
      tenants.push(home)
    }
    home.lives.push(life)
    places.set(tensor, { buffer: home.buffer, offset: 0 })
  }
}

const aligned = (bytes: number): number => Math.ceil(bytes / alignment) * alignment

function checkSize(
  tensor: ScheduledTensor,
  device: DeviceTraits,
  label: (tensor: ScheduledTensor) => string,
): void {
  const { maxStorageBufferBindingSize, maxBufferSize } = device.limits
  const limit = Math.min(maxStorageBufferBindingSize, maxBufferSize)
  const bytes = bytesOf(tensor)
  if (bytes <= limit) return
  const isWeight = tensor.kind === 'weight' || tensor.kind === 'prepared'
  const what = isWeight ? 'The weight' : 'The result of'
  const remedy = isWeight ? 'lower the width' : 'choose a smaller input or batch'
  throw new KernelError(
    `${what} ${label(tensor) || 'the design'} takes ${printBytes(bytes)} in one piece; this adapter allows ${printBytes(limit)} per buffer: ${remedy}.`,
  )
}

/** `1.9 GB`, `320 kB`. */
export function printBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB']
  let value = bytes
  let unit = 0
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000
    unit++
  }
  return `${value < 10 && unit > 0 ? value.toFixed(1) : Math.round(value)} ${units[unit]}`
}
