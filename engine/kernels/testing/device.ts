/** The software adapter of the GPU tests: runs the dispatches of one spec and reads the result. */
import type { OpenDevice } from '../../gpu/device'
import { openNodeDevice } from '../../node/dawn'
import { kernelFor } from '../index'
import type { DeviceTraits, Dispatch, Variant } from '../kernel'
import type { Spec, TensorId } from '../spec'

let opened: Promise<OpenDevice> | undefined

/** One device for all tests of a process. */
export function testDevice(): Promise<OpenDevice> {
  opened ??= openNodeDevice()
  return opened
}

export type Tensors = ReadonlyMap<TensorId, Float32Array>

/** What the kernel leaves in the tensor it writes, with the variant of that name or the static choice. */
export async function runSpec(
  spec: Spec,
  tensors: Tensors,
  choice: { readonly variant?: string; readonly traits?: DeviceTraits } = {},
): Promise<Float32Array> {
  const { gpu: device, traits: own, takeComplaint } = await testDevice()
  const traits = choice.traits ?? own
  const kernel = kernelFor(spec)
  const variant = variantNamed(kernel.variants(spec, traits), choice.variant)
  const buffers = new Map([...tensors].map(([id, data]) => [id, bufferOf(device, data)]))
  const steps = await Promise.all(
    kernel.dispatches(spec, variant, traits).map((dispatch) => prepare(device, dispatch, buffers)),
  )
  const encoder = device.createCommandEncoder()
  const pass = encoder.beginComputePass()
  for (const { pipeline, groups, workgroups } of steps) {
    pass.setPipeline(pipeline)
    groups.forEach((group, index) => {
      pass.setBindGroup(index, group)
    })
    pass.dispatchWorkgroups(...workgroups)
  }
  pass.end()
  device.queue.submit([encoder.finish()])
  const buffer = buffers.get(spec.out.tensor)
  if (!buffer) throw new Error(`The test has no tensor ${spec.out.tensor} to write.`)
  const result = await read(device, buffer)
  for (const one of buffers.values()) one.destroy()
  const complaint = takeComplaint()
  if (complaint) throw new Error(complaint)
  return result.subarray(0, tensors.get(spec.out.tensor)?.length)
}

function variantNamed(all: readonly Variant[], name: string | undefined): Variant {
  const found = name === undefined ? all[0] : all.find((variant) => variant.name === name)
  if (!found)
    throw new Error(`There is no variant '${name}'; there are ${all.map((one) => one.name).join(', ')}.`)
  return found
}

/** A dispatch with everything that the pass needs. */
interface Prepared {
  readonly pipeline: GPUComputePipeline
  readonly groups: readonly GPUBindGroup[]
  readonly workgroups: readonly [number, number, number]
}

async function prepare(
  device: GPUDevice,
  dispatch: Dispatch,
  buffers: ReadonlyMap<TensorId, GPUBuffer>,
): Promise<Prepared> {
  const pipeline = await pipelineOf(device, dispatch.source)
  const entries = dispatch.bindings.map(({ tensor }, binding) => {
    const buffer = buffers.get(tensor)
    if (!buffer) throw new Error(`The test has no tensor ${tensor}.`)
    return { binding, resource: { buffer } }
  })
  const uniforms = device.createBuffer({
    size: dispatch.uniforms.byteLength,
    usage: GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST,
  })
  device.queue.writeBuffer(uniforms, 0, dispatch.uniforms.slice())
  return {
    pipeline,
    workgroups: dispatch.workgroups,
    groups: [
      device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries }),
      device.createBindGroup({
        layout: pipeline.getBindGroupLayout(1),
        entries: [{ binding: 0, resource: { buffer: uniforms } }],
      }),
    ],
  }
}

const pipelines = new Map<string, Promise<GPUComputePipeline>>()

function pipelineOf(device: GPUDevice, code: string): Promise<GPUComputePipeline> {
  const known = pipelines.get(code)
  if (known) return known
  const made = compile(device, code)
  pipelines.set(code, made)
  return made
}

async function compile(device: GPUDevice, code: string): Promise<GPUComputePipeline> {
  const module = device.createShaderModule({ code })
  try {
    return await device.createComputePipelineAsync({
      layout: 'auto',
      compute: { module, entryPoint: 'main' },
    })
  } catch (error) {
    const { messages } = await module.getCompilationInfo()
    const lines = messages.map(({ lineNum, message }) => `${lineNum}: ${message}`)
    throw new Error(`${String(error)}\n${lines.join('\n')}\n${code}`)
  }
}

function bufferOf(device: GPUDevice, data: Float32Array): GPUBuffer {
  const buffer = device.createBuffer({
    size: Math.max(16, Math.ceil(data.byteLength / 16) * 16),
    usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST,
  })
  device.queue.writeBuffer(buffer, 0, data.slice())
  return buffer
}

async function read(device: GPUDevice, source: GPUBuffer): Promise<Float32Array> {
  const buffer = device.createBuffer({
    size: source.size,
    usage: GPUBufferUsage.COPY_DST | GPUBufferUsage.MAP_READ,
  })
  const encoder = device.createCommandEncoder()
  encoder.copyBufferToBuffer(source, 0, buffer, 0, source.size)
  device.queue.submit([encoder.finish()])
  await buffer.mapAsync(GPUMapMode.READ)
  const data = new Float32Array(buffer.getMappedRange().slice(0))
  buffer.destroy()
  return data
}
