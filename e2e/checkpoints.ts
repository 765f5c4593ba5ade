/** Checkpoint files as other people's programs write them, with values by the rule of the golden cases (golden/FORMAT.md). */
import { readFileSync } from 'node:fs'

/** A tensor of a golden case: element i is a + b·u, with u from a hash of the name and i. */
type Rule = readonly [name: string, shape: readonly number[], a: number, b: number]

interface GoldenCase {
  readonly tensors: readonly Rule[]
  /** The five largest logits, as the reference computed them. */
  readonly top5: readonly number[]
}

export function goldenCase(name: string): GoldenCase {
  const { tensors, outputs } = JSON.parse(readFileSync(`engine/golden/cases/full/${name}.json`, 'utf8'))
  const top5: readonly (number | readonly [number, number])[] = outputs.logits.top5
  return { tensors, top5: top5.map((entry) => (typeof entry === 'number' ? entry : entry[0])) }
}

/** A safetensors file of these tensors. */
export function checkpoint(rules: readonly Rule[]): Buffer {
  const tensors = rules.map((rule) => ({ name: rule[0], shape: rule[1], bytes: valuesOf(rule) }))
  const header: Record<string, unknown> = { __metadata__: { format: 'pt' } }
  let end = 0
  for (const { name, shape, bytes } of tensors) {
    const begin = end
    end += bytes.length
    header[name] = { dtype: 'F32', shape, data_offsets: [begin, end] }
  }
  const text = Buffer.from(JSON.stringify(header))
  const length = Buffer.alloc(8)
  length.writeBigUInt64LE(BigInt(text.length))
  return Buffer.concat([length, text, ...tensors.map(({ bytes }) => bytes)])
}

function valuesOf([name, shape, a, b]: Rule): Buffer {
  const values = new Float32Array(shape.reduce((product, size) => product * size, 1))
  let seed = 0x811c9dc5
  for (const byte of Buffer.from(name)) seed = Math.imul(seed ^ byte, 0x01000193)
  for (let i = 0; i < values.length; i++) {
    let z = (seed + Math.imul(i, 0x9e3779b9)) >>> 0
    z = Math.imul(z ^ (z >>> 16), 0x7feb352d)
    z = Math.imul(z ^ (z >>> 15), 0x846ca68b)
    values[i] = a + b * (((z ^ (z >>> 16)) >>> 8) / 2 ** 23 - 1)
  }
  return Buffer.from(values.buffer)
}
