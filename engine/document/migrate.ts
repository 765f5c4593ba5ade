/**
 * Old documents become new ones here. Two kinds of steps, both pure:
 * `documentMigrations[i]` takes version i + 1 to i + 2, and a module's own `migrations` do the same for its attributes.
 *
 * A stored document says in `moduleVersions` which version of a module's attributes it holds (1 when left out).
 * A document in memory is always up to date and has no such field.
 */
import { DocumentError } from '../errors'
import type { ModuleDefinition } from '../modules/module'
import type { Attributes, AttributeValue } from '../schema/schema'
import { bodyOf, mapArray, mapBodies, mapValues } from './address'
import { findModule } from './findModule'
import type { Document, DocumentNode, GraphBody, GroupNode, NodeOverride } from './types'

type Stored = { readonly [field: string]: unknown }
export type DocumentMigration = (stored: Stored) => Stored
export type FindModule = (id: string) => ModuleDefinition | undefined
export type ModuleVersions = { readonly [module: string]: number }

/** Step i takes a stored document of version i + 1 to version i + 2. */
export const documentMigrations: readonly DocumentMigration[] = []

/** The stored value at the newest document version; still to be validated. Newer versions are refused. */
export function migrateDocument(
  value: unknown,
  steps: readonly DocumentMigration[] = documentMigrations,
): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  const stored = value as Stored
  const { version } = stored
  // Anything else than a whole number is refused by validation.
  if (typeof version !== 'number' || !Number.isInteger(version) || version < 1) return value
  const newest = steps.length + 1
  if (version > newest) throw newer(`document version ${version}`, newest)
  const migrated = steps.slice(version - 1).reduce((old, step) => step(old), stored)
  return { ...migrated, version: newest }
}

/** The document with the attributes of every module at their newest version. */
export function migrateModules(
  document: Document,
  versions: ModuleVersions,
  find: FindModule = findModule,
): Document {
  const versionOf = (id: string): number => (Object.hasOwn(versions, id) ? (versions[id] ?? 1) : 1)
  for (const id of Object.keys(versions)) {
    const module = find(id)
    const newest = (module?.migrations?.length ?? 0) + 1
    if (module && versionOf(id) > newest) throw newer(`${id} version ${versionOf(id)}`, newest)
  }
  const migrateAttributes = (id: string, attrs: Attributes): Attributes => {
    const steps = find(id)?.migrations?.slice(versionOf(id) - 1) ?? []
    return mapValues(
      steps.reduce((old, step) => step(old), attrs),
      migrateValue,
    )
  }
  const migrateValue = (value: AttributeValue): AttributeValue => {
    if (typeof value !== 'object' || value === null) return value
    const attrs = migrateAttributes(value.module, value.attrs)
    return attrs === value.attrs ? value : { ...value, attrs }
  }
  const migrateOverride = (override: NodeOverride, group: GroupNode, inner: string): NodeOverride => {
    const id = override.module ?? moduleInside(document, group, inner)
    if (!override.attrs || id === undefined) return override
    const attrs = migrateAttributes(id, override.attrs)
    return attrs === override.attrs ? override : { ...override, attrs }
  }
  const migrateNode = (node: DocumentNode): DocumentNode => {
    if (node.type === 'module') {
      const attrs = migrateAttributes(node.module, node.attrs)
      return attrs === node.attrs ? node : { ...node, attrs }
    }
    if (!node.overrides) return node
    const overrides = mapValues(node.overrides, (paths) =>
      mapValues(paths, (override, inner) => migrateOverride(override, node, inner)),
    )
    return overrides === node.overrides ? node : { ...node, overrides }
  }
  return mapBodies(document, (body) => {
    const nodes = mapArray(body.nodes, migrateNode)
    return nodes === body.nodes ? body : { ...body, nodes }
  })
}

/** Versions of the modules in a document whose attributes have ever changed. */
export function moduleVersions(document: Document, find: FindModule = findModule): ModuleVersions {
  const versions: Record<string, number> = {}
  for (const id of modulesUsed(document)) {
    const steps = find(id)?.migrations?.length ?? 0
    if (steps > 0) versions[id] = steps + 1
  }
  return versions
}

/** Ids of all modules that a document names: nodes, slots, overrides. */
function modulesUsed(document: Document): ReadonlySet<string> {
  const used = new Set<string>()
  const noteAttributes = (attrs: Attributes) => {
    for (const value of Object.values(attrs)) {
      // A slot may also name its module by a plain text; texts that name no module do no harm here.
      if (typeof value === 'string') used.add(value)
      if (typeof value !== 'object' || value === null) continue
      used.add(value.module)
      noteAttributes(value.attrs)
    }
  }
  mapBodies(document, (body) => {
    for (const node of body.nodes) {
      if (node.type === 'module') {
        used.add(node.module)
        noteAttributes(node.attrs)
        continue
      }
      for (const override of Object.values(node.overrides ?? {}).flatMap((paths) => Object.values(paths))) {
        if (override.module !== undefined) used.add(override.module)
        noteAttributes(override.attrs ?? {})
      }
    }
    return body
  })
  return used
}

function moduleInside(document: Document, group: GroupNode, inner: string): string | undefined {
  let body: GraphBody | undefined = bodyOf(document, group)
  let node: DocumentNode | undefined
  for (const id of inner.split('/')) {
    node = body?.nodes.find((candidate) => candidate.id === id)
    body = node?.type === 'group' ? bodyOf(document, node) : undefined
  }
  return node?.type === 'module' ? node.module : undefined
}

const newer = (what: string, newest: number): DocumentError =>
  new DocumentError(
    'DOCUMENT_NEWER',
    `This design was made with a newer Vertebra (${what}; this one reads up to ${newest}). Reload the page to update.`,
  )
