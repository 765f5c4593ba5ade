/** Names for what a node computes, equal for equal computations: to share subexpressions, and to see what an edit changed. */
import type { Graph } from './graph'

/** One hash per node: of its op, attributes, shape and the hashes of its inputs; scopes and ids do not matter. */
export function hashNodes(graph: Graph): readonly string[] {
  const hashes: string[] = []
  for (const { op, attrs, shape, inputs } of graph.nodes) {
    const parts = [op, canonical(attrs), shape.join(), ...inputs.map((input) => hashes[input])]
    hashes.push(hashText(parts.join('|')))
  }
  return hashes
}

/** Text that does not depend on the order of keys; data goes in as a hash. */
function canonical(value: unknown): string {
  if (value instanceof Float32Array) return `${value.length}:${hashText(value.join())}`
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
    return `{${entries.map(([key, item]) => `${key}:${canonical(item)}`).join()}}`
  }
  return typeof value === 'string' ? JSON.stringify(value) : String(value)
}

/** 64 bits in two lanes of 32, each a multiply-and-xor hash with its own constants, mixed at the end (murmur3's finaliser). */
function hashText(text: string): string {
  let a = 0x811c9dc5
  let b = 0x2f0b4c47
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    a = Math.imul(a ^ code, 0x01000193)
    b = Math.imul(b ^ code, 0x5bd1e995)
    b ^= b >>> 15
  }
  return hex(finish(a ^ text.length)) + hex(finish(b))
}

function finish(lane: number): number {
  let z = lane
  z = Math.imul(z ^ (z >>> 16), 0x85ebca6b)
  z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35)
  return (z ^ (z >>> 16)) >>> 0
}

const hex = (lane: number): string => lane.toString(16).padStart(8, '0')
