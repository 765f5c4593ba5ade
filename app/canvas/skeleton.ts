/** What a stage looks like from afar: its blocks as bars on the spine, the mixer in their slot, what narrows its entry. */
import {
  bodyOf,
  type Document,
  type DocumentNode,
  findModule,
  findNode,
  type GroupNode,
  type MixerFamily,
  type ModuleNode,
} from '../../engine/index'
import type { Vertebra } from '../glyphs/Vertebrae'
import { childOf, type PathKey, pathOf } from '../state/paths'

export interface SkeletonBlock {
  readonly mixer: MixerFamily | null
  readonly hasMlp: boolean
  /** The node whose output says how many channels the block has. */
  readonly path: PathKey
}

export interface StageSkeleton {
  readonly blocks: readonly SkeletonBlock[]
  /** Slots for a token mixer inside, as paths, in order. */
  readonly mixers: readonly { readonly path: PathKey; readonly module: string }[]
  readonly hasDownsampling: boolean
}

const skeletons = new WeakMap<GroupNode, Map<Document['definitions'], Map<PathKey, StageSkeleton>>>()

export function stageSkeleton(document: Document, key: PathKey, group: GroupNode): StageSkeleton {
  const byDefinitions = skeletons.get(group) ?? new Map()
  skeletons.set(group, byDefinitions)
  const byKey: Map<PathKey, StageSkeleton> = byDefinitions.get(document.definitions) ?? new Map()
  byDefinitions.set(document.definitions, byKey)
  let skeleton = byKey.get(key)
  if (!skeleton) {
    skeleton = readSkeleton(document, key, group)
    byKey.set(key, skeleton)
  }
  return skeleton
}

function readSkeleton(document: Document, key: PathKey, group: GroupNode): StageSkeleton {
  const modules = modulesInside(document, key, group)
  const mixers = modules.filter(({ node }) => kindOf(node) === 'mixer')
  return {
    blocks: blocksOf(document, key, group),
    mixers: mixers.map(({ path, node }) => ({ path, module: node.module })),
    hasDownsampling: modules.some(({ node }) => kindOf(node) === 'downsample'),
  }
}

/** Blocks are the repeated groups, or the groups that hold a mixer or an MLP themselves. */
function blocksOf(document: Document, key: PathKey, group: GroupNode): readonly SkeletonBlock[] {
  const body = bodyOf(document, group)
  if (!body) return []
  const inner = body.nodes.filter((node): node is GroupNode => node.type === 'group')
  const holdsMixing = body.nodes.some((node) => isMixing(node))
  if (holdsMixing || inner.length === 0 || !inner.some((child) => isBlockLike(document, child))) {
    return Array.from({ length: group.repeat }, (_, instance) => blockOf(document, key, group, instance))
  }
  const once = inner.flatMap((child) =>
    isBlockLike(document, child) ? blocksOf(document, childOf(key, child.id), child) : [],
  )
  return Array.from({ length: group.repeat }, () => once).flat()
}

const isBlockLike = (document: Document, group: GroupNode): boolean => {
  const body = bodyOf(document, group)
  return group.repeat > 1 || (body !== undefined && body.nodes.length > 2)
}

function blockOf(document: Document, key: PathKey, group: GroupNode, instance: number): SkeletonBlock {
  const modules = modulesInside(document, key, group)
  const first = modules.find(({ node }) => kindOf(node) === 'mixer')
  const hasMlp = modules.some(({ node }) => kindOf(node) === 'mlp')
  const swapped = first && group.overrides?.[instance]?.[first.path.slice(key.length + 1)]?.module
  const family = first ? (findModule(swapped ?? first.node.module)?.family ?? 'fixed') : null
  return { mixer: family ?? (hasMlp ? null : 'convolution'), hasMlp, path: key }
}

const isMixing = (node: DocumentNode): boolean => {
  const kind = node.type === 'module' ? kindOf(node) : undefined
  return kind === 'mixer' || kind === 'mlp'
}

const kindOf = (node: ModuleNode) => findModule(node.module)?.kind

function modulesInside(
  document: Document,
  key: PathKey,
  group: GroupNode,
): readonly { readonly path: PathKey; readonly node: ModuleNode }[] {
  return (bodyOf(document, group)?.nodes ?? []).flatMap((node) => {
    const path = childOf(key, node.id)
    return node.type === 'module' ? [{ path, node }] : modulesInside(document, path, node)
  })
}

export const vertebraOf = (block: SkeletonBlock, channels: number): Vertebra => ({
  mixer: block.mixer,
  hasMlp: block.hasMlp,
  channels,
})

/** The group at a path, if it is one. */
export function groupAt(document: Document, key: PathKey): GroupNode | undefined {
  const node = key === '' ? undefined : findNode(document, pathOf(key))
  return node?.type === 'group' ? node : undefined
}
