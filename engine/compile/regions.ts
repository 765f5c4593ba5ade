/**
 * Which element-wise terms a kernel can compute on its way out. A region starts at a kernel's own term (the head) and grows
 * over element-wise terms and over reshapes and transposes, as long as nobody outside needs a value from its middle.
 */

import type { View } from '../kernels/spec'
import { wholeView } from '../kernels/views'
import { levelPaths } from './levelPaths'
import type { Program, Term } from './program'
import { along } from './reading'
import { splitOf, splitShape } from './splits'
import { biasInputs, isElementwise, isHead } from './termKinds'
import { viewOf, viewsUnder } from './termViews'

export interface Region {
  readonly head: number
  /** All terms that belong to it, the head first; by level: how many movements lie between the term and the head. */
  readonly levels: ReadonlyMap<number, number>
  /** The movements in the order of the levels they lead to. */
  readonly movements: readonly number[]
  /** Terms after which the region may end, the head first, the end of the whole region last. */
  readonly cuts: readonly number[]
}

/** Element-wise terms that may be open before a region closes again: enough for any activation written out. */
const longestDetour = 24

/** Regions by their last term. Later heads choose first: a sum of two branches belongs to the one computed last. */
export function growRegions(
  program: Program,
  users: readonly (readonly number[])[],
  fuse: boolean,
): Map<number, Region> {
  const claimed = new Uint8Array(program.terms.length)
  const isOutput = new Uint8Array(program.terms.length)
  for (const { term } of program.outputs) isOutput[term] = 1
  const regions = new Map<number, Region>()
  for (let id = program.terms.length - 1; id >= 0; id--) {
    const head = program.terms[id]
    if (!isHead(head)) continue
    const region = fuse
      ? trimmed(
          program,
          users,
          isOutput,
          writable(program.terms, grown(program, users, isOutput, claimed, head)),
        )
      : headOnly(head)
    for (const member of region.levels.keys()) claimed[member] = 1
    regions.set(region.cuts[region.cuts.length - 1], region)
  }
  return regions
}

const hasEpilogue = (term: Term): boolean =>
  term.op !== 'softmax' && term.op !== 'rowStatistics' && term.op !== 'scan' && !(term.op in biasInputs)

const headOnly = ({ id }: Term): Region => ({
  head: id,
  levels: new Map([[id, 0]]),
  movements: [],
  cuts: [id],
})

function grown(
  { terms }: Program,
  users: readonly (readonly number[])[],
  isOutput: Uint8Array,
  claimed: Uint8Array,
  head: Term,
): Region {
  let region = headOnly(head)
  for (;;) {
    const end = region.cuts[region.cuts.length - 1]
    if (isOutput[end] || users[end].length === 0) return region
    const next =
      withMovement(terms, users, claimed, region, end) ??
      (hasEpilogue(head) ? withElementwise(terms, users, isOutput, claimed, region, end) : null)
    if (!next) return region
    region = next
  }
}

function withMovement(
  terms: readonly Term[],
  users: readonly (readonly number[])[],
  claimed: Uint8Array,
  region: Region,
  end: number,
): Region | null {
  const [user, ...others] = users[end].map((id) => terms[id])
  if (others.length > 0 || claimed[user.id] || (user.op !== 'reshape' && user.op !== 'transpose')) return null
  return {
    ...region,
    levels: new Map(region.levels).set(user.id, region.movements.length + 1),
    movements: [...region.movements, user.id],
    cuts: [...region.cuts, user.id],
  }
}

/** The nearest further term to which all readers of `end` lead back, with everything between; null when there is none. */
function withElementwise(
  terms: readonly Term[],
  users: readonly (readonly number[])[],
  isOutput: Uint8Array,
  claimed: Uint8Array,
  region: Region,
  end: number,
): Region | null {
  const added = new Set<number>()
  const open = new Set([end])
  const isMember = (id: number) => region.levels.has(id) || added.has(id)
  while (added.size < longestDetour) {
    const outside = [...open].flatMap((id) => users[id]).filter((id) => !isMember(id))
    const next = terms[Math.min(...outside)]
    if (!next || !isElementwise(next) || claimed[next.id] || next.isFixed !== terms[end].isFixed) return null
    added.add(next.id)
    open.add(next.id)
    for (const id of open)
      if (!isOutput[id] && users[id].length > 0 && users[id].every(isMember)) open.delete(id)
    if (open.size > 1) continue
    const levels = new Map(region.levels)
    for (const id of added) levels.set(id, region.movements.length)
    const larger = { ...region, levels, cuts: [...region.cuts, next.id] }
    return canReadOthers(terms, users, larger, added) ? larger : null
  }
  return null
}

/** Whether the other operands of the added terms can be seen from the kernel's axes. */
function canReadOthers(
  terms: readonly Term[],
  users: readonly (readonly number[])[],
  region: Region,
  added: ReadonlySet<number>,
): boolean {
  const others = new Set([...added].flatMap((id) => terms[id].inputs).filter((id) => !region.levels.has(id)))
  const views = [...others].flatMap((id) => viewsUnder(terms, users, terms[id]))
  return canSee(terms, region, [...views, wholeResult(terms, region)])
}

const wholeResult = (terms: readonly Term[], { cuts }: Region): View =>
  wholeView(terms[cuts[cuts.length - 1]].shape)

/** Whether strides say how views of the region's end lie along the kernel's axes, by all rows or sample by sample. */
function canSee(terms: readonly Term[], region: Region, views: readonly View[]): boolean {
  const { shape } = terms[region.head]
  return [1, splitOf(terms, region.head)].some((split) => {
    const path = levelPaths(terms, region, splitShape(shape, split))[region.movements.length]
    return views.every((view) => along(path, view) !== null)
  })
}

/** Without the movements at the end that the kernel could not write. */
function writable(terms: readonly Term[], region: Region): Region {
  const end = region.cuts[region.cuts.length - 1]
  if (end === region.head || isElementwise(terms[end]) || canSee(terms, region, [wholeResult(terms, region)]))
    return region
  return writable(terms, without(region, new Set([end])))
}

function without(region: Region, dropped: ReadonlySet<number>): Region {
  return {
    ...region,
    cuts: region.cuts.filter((id) => !dropped.has(id)),
    levels: new Map([...region.levels].filter(([id]) => !dropped.has(id))),
    movements: region.movements.filter((id) => !dropped.has(id)),
  }
}

/** A transpose at the very end is left to the readers when all of them read a transposed view as well. */
function trimmed(
  program: Program,
  users: readonly (readonly number[])[],
  isOutput: Uint8Array,
  region: Region,
): Region {
  const { terms } = program
  const last = lastComputed(terms, region)
  const end = region.cuts[region.cuts.length - 1]
  const tail = region.cuts.slice(region.cuts.indexOf(last) + 1)
  if (isOutput[end] || !tail.some((id) => terms[id].op === 'transpose')) return region
  const readsView = (id: number): boolean => {
    const reader = terms[id]
    if (reader.op === 'matmul' || reader.op in biasInputs) {
      return reader.inputs.every(
        (input) => !descendsFrom(terms, input, end) || viewOf(terms, terms[input])?.base.id === last,
      )
    }
    return isMovementReader(reader) && users[id].length > 0 && users[id].every(readsView)
  }
  if (!users[end].every(readsView)) return region
  return without(region, new Set(tail))
}

const isMovementReader = (term: Term): boolean =>
  term.op === 'reshape' || term.op === 'transpose' || term.op === 'slice' || term.op === 'broadcast'

function lastComputed(terms: readonly Term[], region: Region): number {
  return region.cuts.findLast((id) => id === region.head || isElementwise(terms[id])) as number
}

function descendsFrom(terms: readonly Term[], id: number, ancestor: number): boolean {
  let at = terms[id]
  while (at.id > ancestor && at.inputs.length === 1) at = terms[at.inputs[0]]
  return at.id === ancestor
}
