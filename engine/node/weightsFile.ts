/** Weights from a safetensors file for a design: every weight must be there, by its state_dict name and shape. */
import { readFileSync, statSync } from 'node:fs'
import { basename } from 'node:path'
import type { GivenWeights } from '../gpu/contents'
import type { Lowered } from '../lower/lowered'
import { readSafetensors } from '../weights/safetensors'

/** Throws an error whose message says which weights are missing or differ. Tensors that the design lacks are ignored. */
export function readWeights(file: string, { graph, document }: Lowered): GivenWeights {
  const stat = statSync(file, { throwIfNoEntry: false })
  if (!stat?.isFile()) throw new Error(`${file}: there is no such file`)
  const bytes = readFileSync(file)
  const tensors = readSafetensors(
    bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer,
  )
  const arrays = new Map<string, Float32Array>()
  const missing: string[] = []
  const different: string[] = []
  for (const node of graph.nodes) {
    if (node.op !== 'param') continue
    const { name } = node.attrs
    const tensor = tensors.get(name)
    if (!tensor) missing.push(name)
    else if (tensor.shape.join() !== node.shape.join()) {
      different.push(`${name} is ${tensor.shape.join('×')} there and ${node.shape.join('×')} here`)
    } else arrays.set(name, tensor.data)
  }
  const problems = [...missingSentence(missing), ...different.slice(0, 1)]
  if (problems.length > 0) {
    throw new Error(`${file} is not a checkpoint of ${document.name}: ${problems.join('; ')}`)
  }
  return { source: `${basename(file)} ${stat.size} ${stat.mtimeMs}`, arrays }
}

function missingSentence(missing: readonly string[]): string[] {
  const [first] = missing
  if (!first) return []
  return [
    missing.length === 1
      ? `1 weight is missing: ${first}`
      : `${missing.length} weights are missing, such as ${first}`,
  ]
}
