import {
  type Attributes,
  findModule,
  findNode,
  type ModuleDefinition,
  type NodeFacts,
} from '../../../engine/index'
import { AttributeForm } from '../../fields/AttributeForm'
import { factsAt, useAnalysis } from '../../state/derived'
import { useDocumentStore } from '../../state/documentStore'
import { type PathKey, pathOf } from '../../state/paths'
import { setAttribute, useEditedModule, useInstanceOf } from './editedModule'

export function Parameters({ path }: { readonly path: PathKey }) {
  const node = useDocumentStore((state) => findNode(state.document, pathOf(path)))
  const edited = useEditedModule(path)
  const instance = useInstanceOf(path)
  const facts = factsAt(useAnalysis(), path)
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
        automatic={automaticValues(facts, edited.attrs, definition)}
        onChange={(name, value, label) => setAttribute(node, path, instance, name, value, label)}
        onGestureEnd={useDocumentStore.getState().endGesture}
      />
    </section>
  )
}

/** What `auto` comes out as at this place, where shapes tell: the width it gives, the heads that fit. */
function automaticValues(
  facts: NodeFacts | undefined,
  attrs: Attributes,
  definition: ModuleDefinition,
): { readonly [name: string]: string } {
  const channels = facts?.inputs[0]?.at(-1)
  const width = facts?.output?.at(-1)
  const headDim = attrs.headDim ?? definition.attrs.headDim?.default
  return {
    ...(width === undefined ? {} : { dim: String(width) }),
    ...(channels !== undefined && typeof headDim === 'number'
      ? { heads: String(Math.max(1, Math.floor(channels / headDim))) }
      : {}),
  }
}
