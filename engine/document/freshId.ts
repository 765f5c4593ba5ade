import { instanceNames } from './instances'
import type { DocumentNode, GraphBody } from './types'

/**
 * The node with an id that is free in `body`, for all its instances and as a state_dict key: its own id if possible,
 * otherwise the number at its end counts up (`norm1` -> `norm2`, `mlp` -> `mlp_2`).
 */
export function withFreshId<N extends DocumentNode>(body: GraphBody, node: N): N {
  const taken = new Set(
    body.nodes.flatMap((other) => [...instanceNames(other), ...instanceNames(keyed(other))]),
  )
  let candidate = node
  while (instanceNames(candidate).some((name) => taken.has(name))) {
    candidate = { ...candidate, id: nextId(candidate.id) }
  }
  // A copied key would make two nodes share their weights.
  if (
    candidate.key !== undefined &&
    candidate.key !== '' &&
    instanceNames(keyed(candidate)).some((name) => taken.has(name))
  ) {
    const { key: _, ...unkeyed } = candidate
    return unkeyed as N
  }
  return candidate
}

const keyed = (node: DocumentNode): DocumentNode => ({ ...node, id: node.key ?? node.id })

function nextId(id: string): string {
  const number = /^(.*?)(\d{1,9})$/.exec(id)
  if (number) return `${(number[1] ?? '').slice(0, 54)}${Number(number[2]) + 1}`
  return `${id.slice(0, 60)}_2`
}
