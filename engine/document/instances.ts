/** Names of the instances of a repeated group, which are also the numbers in state_dict keys. */
import type { DocumentNode } from './types'

/**
 * The name of instance `index`: a number at the end counts up (`blocks.0` -> `blocks.3`), otherwise `.3` is added.
 * Only a whole part between dots counts as a number: `layer1` repeated is `layer1.0`, `layer1.1`.
 */
export function instanceName(name: string, index: number, repeat: number): string {
  const number = /^(.*\.)?(\d{1,9})$/.exec(name)
  if (number) return index === 0 ? name : `${number[1] ?? ''}${Number(number[2]) + index}`
  if (repeat === 1) return name
  return name === '' ? `${index}` : `${name}.${index}`
}

/** Every name that a node takes in its graph: its id, which edges use, and its instances. */
export function instanceNames(node: DocumentNode): readonly string[] {
  if (node.type === 'module' || node.repeat === 1) return [node.id]
  const instances = Array.from({ length: node.repeat }, (_, index) =>
    instanceName(node.id, index, node.repeat),
  )
  return instances[0] === node.id ? instances : [node.id, ...instances]
}
