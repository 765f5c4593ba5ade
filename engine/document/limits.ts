/** How large a design may be, and what names are allowed in it. */
import type { Document, GraphBody } from './types'

export const limits = {
  textBytes: 2_000_000,
  textDepth: 64,
  nodes: 2000,
  edges: 8000,
  /** Module instances after all repeats are unrolled. */
  instances: 20_000,
  repeat: 1000,
  ports: 64,
  side: 16_384,
} as const

/** Modules after all repeats are unrolled. Infinity when a definition contains itself. */
export function countInstances(document: Document): number {
  const known = new Map<string, number>()
  const count = (body: GraphBody): number => {
    let total = 0
    for (const node of body.nodes) {
      if (node.type === 'module') total += 1
      else if (node.body) total += node.repeat * count(node.body)
      else if (node.use !== undefined) total += node.repeat * countDefinition(node.use)
    }
    return total
  }
  const countDefinition = (name: string): number => {
    const before = known.get(name)
    if (before !== undefined) return before
    // Met again before it is known: it contains itself.
    known.set(name, Number.POSITIVE_INFINITY)
    const body = Object.hasOwn(document.definitions, name) ? document.definitions[name] : undefined
    const total = body ? count(body) : 0
    known.set(name, total)
    return total
  }
  return Math.max(count(document.graph), ...Object.keys(document.definitions).map(countDefinition))
}

/** Ids of nodes: letters, digits, `_`, `.` and `-`. */
export const idPattern = /^[A-Za-z0-9_.-]{1,64}$/
