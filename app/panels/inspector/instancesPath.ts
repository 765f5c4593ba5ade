import { type Document, findNode } from '../../../engine/index'
import { useDocumentStore } from '../../state/documentStore'
import { keyOf, type PathKey, pathOf } from '../../state/paths'

/** `stages.2.blocks.*.token_mixer`: a node with all its instances, as checkpoints name them. */
function instancesPath(document: Document, path: PathKey): string {
  const ids = pathOf(path)
  return ids
    .map((id, depth) => {
      const node = findNode(document, pathOf(keyOf(ids.slice(0, depth + 1))))
      return node?.type === 'group' && node.repeat > 1 ? id.replace(/\d+$/, '*') : id
    })
    .join('.')
}

export const useInstancesPath = (path: PathKey): string =>
  useDocumentStore((state) => instancesPath(state.document, path))
