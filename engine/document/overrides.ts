/** Attributes of single instances of a repeated group, and what keeps them pointing at the right nodes. */
import { EditError } from '../errors'
import type { AttributeValue } from '../schema/schema'
import {
  addressText,
  type BodyAddress,
  bodyOf,
  findNode,
  mapBodies,
  type NodePath,
  pathOf,
  pathText,
  updateNode,
} from './address'
import { sharedAttributes } from './moduleAttributes'
import type { Document, DocumentNode, GraphBody, GroupNode, NodeOverride } from './types'

/**
 * Gives one instance of the group at `path` its own attributes or module. `inner` is the path of a module in the group's body.
 * Attributes are added to those that this instance already overrides; undefined takes one back.
 */
export function setOverride(
  document: Document,
  path: NodePath,
  instance: number,
  inner: string,
  override: {
    readonly attrs?: { readonly [name: string]: AttributeValue | undefined }
    readonly module?: string
  },
): Document {
  const target = findNode(document, [...path, ...pathOf(inner)])
  if (target?.type !== 'module') throw new EditError(`There is no module ${inner} in ${pathText(path)}.`)
  return updateGroup(document, path, (group) => {
    if (!Number.isInteger(instance) || instance < 0 || instance >= group.repeat) {
      throw new EditError(
        `${group.id} has ${group.repeat} instances, counted from 0; there is no ${instance}.`,
      )
    }
    const old = group.overrides?.[instance]?.[inner]
    const module = override.module ?? old?.module
    const isSwapped = override.module !== undefined && override.module !== (old?.module ?? target.module)
    const shared = module === target.module ? {} : sharedAttributes(target.module, target.attrs, module ?? '')
    // A swapped module begins with what it shares with the one in the body; otherwise only differences are kept.
    const before = isSwapped ? shared : old?.attrs
    const attrs = Object.fromEntries(
      Object.entries({ ...before, ...override.attrs }).filter(([, value]) => value !== undefined),
    ) as { readonly [name: string]: AttributeValue }
    const changed: NodeOverride = {
      ...(Object.keys(attrs).length ? { attrs } : {}),
      ...(module !== undefined && module !== target.module ? { module } : {}),
    }
    return withOverride(group, instance, inner, Object.keys(changed).length ? changed : undefined)
  })
}

/** Lets one instance follow the others again, at one node or (without `inner`) everywhere. */
export function clearOverride(
  document: Document,
  path: NodePath,
  instance: number,
  inner?: string,
): Document {
  return updateGroup(document, path, (group) => {
    const paths = inner === undefined ? Object.keys(group.overrides?.[instance] ?? {}) : [inner]
    return paths.reduce((changed, one) => withOverride(changed, instance, one, undefined), group)
  })
}

/** The group with another set of overrides; empty ones are left out. */
export function withOverrides(
  group: GroupNode,
  overrides: { readonly [instance: string]: { readonly [path: string]: NodeOverride } },
): GroupNode {
  const { overrides: _, ...plain } = group
  const kept = Object.entries(overrides).filter(([, paths]) => Object.keys(paths).length > 0)
  return kept.length ? { ...plain, overrides: Object.fromEntries(kept) } : plain
}

/** Drops overrides of nodes and instances that no longer exist. */
export const pruneOverrides = (document: Document): Document =>
  mapOverrides(document, (override, inner, steps) =>
    steps[steps.length - 1]?.node?.type === 'module' ? [inner, override] : null,
  )

/** Follows a node that got another id (or, with null, that left its graph). `address` is where its graph is kept. */
export function renameInOverrides(
  document: Document,
  address: BodyAddress,
  from: string,
  to: string | null,
): Document {
  const where = addressText(address)
  return mapOverrides(document, (override, inner, steps) => {
    if (!steps.some((step) => step.id === from && addressText(step.address) === where))
      return [inner, override]
    const ids = steps.flatMap((step) => {
      if (step.id !== from || addressText(step.address) !== where) return [step.id]
      return to === null ? [] : [to]
    })
    return ids.length ? [ids.join('/'), override] : null
  })
}

/** Changes the overrides of one module wherever they are given. */
export function changeOverridesOf(
  document: Document,
  address: BodyAddress,
  id: string,
  change: (override: NodeOverride) => NodeOverride | null,
): Document {
  const where = addressText(address)
  return mapOverrides(document, (override, inner, steps) => {
    const last = steps[steps.length - 1]
    if (last?.id !== id || addressText(last.address) !== where) return [inner, override]
    const changed = change(override)
    return changed ? [inner, changed] : null
  })
}

/** One id of an override's path: the node it names and where that node's graph is kept. */
interface OverrideStep {
  readonly id: string
  readonly address: BodyAddress
  readonly node: DocumentNode | undefined
}

function mapOverrides(
  document: Document,
  change: (
    override: NodeOverride,
    inner: string,
    steps: readonly OverrideStep[],
  ) => readonly [string, NodeOverride] | null,
): Document {
  const changeGroup = (group: GroupNode, place: BodyAddress): GroupNode => {
    if (!group.overrides) return group
    let isChanged = false
    const instances = Object.entries(group.overrides).map(([instance, paths]) => {
      if (Number(instance) >= group.repeat) {
        isChanged = true
        return [instance, {}] as const
      }
      const kept = Object.entries(paths).flatMap(([inner, override]) => {
        const changed = change(override, inner, stepsOf(document, group, place, inner))
        if (changed?.[0] !== inner || changed[1] !== override) isChanged = true
        return changed ? [changed] : []
      })
      return [instance, Object.fromEntries(kept)] as const
    })
    return isChanged ? withOverrides(group, Object.fromEntries(instances)) : group
  }
  return mapBodies(document, (body, address) => {
    if (!body.nodes.some((node) => node.type === 'group' && node.overrides)) return body
    const nodes = body.nodes.map((node) => (node.type === 'group' ? changeGroup(node, address) : node))
    return nodes.every((node, index) => node === body.nodes[index]) ? body : { ...body, nodes }
  })
}

function stepsOf(
  document: Document,
  group: GroupNode,
  place: BodyAddress,
  inner: string,
): readonly OverrideStep[] {
  let address = insideOf(group, place)
  let body: GraphBody | undefined = bodyOf(document, group)
  return pathOf(inner).map((id) => {
    const node = body?.nodes.find((candidate) => candidate.id === id)
    const step = { id, address, node }
    if (node?.type === 'group') {
      address = insideOf(node, address)
      body = bodyOf(document, node)
    } else body = undefined
    return step
  })
}

const insideOf = (group: GroupNode, place: BodyAddress): BodyAddress =>
  group.use === undefined
    ? { definition: place.definition, inner: [...place.inner, group.id] }
    : { definition: group.use, inner: [] }

function withOverride(
  group: GroupNode,
  instance: number,
  inner: string,
  override: NodeOverride | undefined,
): GroupNode {
  const { [inner]: _, ...others } = group.overrides?.[instance] ?? {}
  const paths = override ? { ...others, [inner]: override } : others
  return withOverrides(group, { ...group.overrides, [instance]: paths })
}

export function updateGroup(
  document: Document,
  path: NodePath,
  change: (group: GroupNode) => GroupNode,
): Document {
  return updateNode(document, path, (node) => {
    if (node.type !== 'group') throw new EditError(`${pathText(path)} is a module, not a group.`)
    return change(node)
  })
}
