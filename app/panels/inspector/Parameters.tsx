import { findModule, findNode } from '../../../engine/index'
import { AttributeForm } from '../../fields/AttributeForm'
import { useDocumentStore } from '../../state/documentStore'
import { type PathKey, pathOf } from '../../state/paths'
import { setAttribute, useEditedModule, useInstanceOf } from './editedModule'

export function Parameters({ path }: { readonly path: PathKey }) {
  const node = useDocumentStore((state) => findNode(state.document, pathOf(path)))
  const edited = useEditedModule(path)
  const instance = useInstanceOf(path)
  const definition = edited && findModule(edited.module)
  if (node?.type !== 'module' || !definition || Object.keys(definition.attrs).length === 0) return null
  return (
    <section className="inspector-section" aria-label="Parameters">
      <div className="inspector-heading">
        <h3>Parameters</h3>
      </div>
      <AttributeForm
        schema={definition.attrs}
        attrs={edited.attrs}
        onChange={(name, value, label) => setAttribute(node, path, instance, name, value, label)}
        onGestureEnd={useDocumentStore.getState().endGesture}
      />
    </section>
  )
}
