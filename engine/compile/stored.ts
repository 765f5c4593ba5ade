/**
 * Which terms get a tensor of their own from the start: outputs, kernel results, and element-wise values that several kernels
 * read. Everything else is computed where it is read. Scheduling may add to these when a kernel cannot read so.
 */

import { elements } from '../graph/graph'
import { binaryFunctions, unaryFunctions } from '../ops/elementwise'
import { numberOf } from './constants'
import type { Program, Term } from './program'
import type { Region } from './regions'
import { biasInputs, isElementwise, isHead, isMovement } from './termKinds'

const nobody = -1
/** Several kernels read it, and each could compute it as well. */
const many = -2
/** Somebody reads tensors only. */
const tensorsOnly = -3

/** What is seen in more ways than this, moved or padded, is computed as often: a tensor is better. */
const mostWays = 3
const once: ReadonlySet<string> = new Set([''])

export function storedTerms(
  program: Program,
  users: readonly (readonly number[])[],
  regions: ReadonlyMap<number, Region>,
  fuse: boolean,
): Uint8Array {
  const { terms, outputs } = program
  const stored = new Uint8Array(terms.length)
  const kernelOf = kernelEnds(terms, regions)
  for (const { term } of outputs) stored[term] = 1
  for (const end of regions.keys()) stored[end] = 1

  // By term: the ways in which its kernel looks at it.
  const ways: ReadonlySet<string>[] = terms.map(() => once)
  // By term: whether a product computes it on the way in.
  const feedsProduct = new Uint8Array(terms.length)
  // By term: the one kernel in which it is read.
  const reader = new Int32Array(terms.length).fill(nobody)
  for (let id = terms.length - 1; id >= 0; id--) {
    const term = terms[id]
    for (const user of users[id]) reader[id] = joined(reader[id], readerThrough(terms[user], term))
    const isComputed = isElementwise(term) || term.op === 'concat'
    if (isComputed || isMovement(term)) ways[id] = waysTo(term)
    if (users[id].some((user) => isProductBehind(terms[user]))) feedsProduct[id] = 1
    if (!isComputed || kernelOf[id] !== nobody || numberOf(terms, term) !== null) continue
    const isMany = reader[id] === many || ways[id].size > mostWays
    const isShared = reader[id] === tensorsOnly || (isMany && !isCheap(term))
    if (isShared && (!term.isFixed || term.op === 'concat')) stored[id] = 1
    if (term.op === 'concat' && isWrittenByKernels(term, users, regions)) stored[id] = 1
    if (!fuse) stored[id] = 1
    if (stored[id]) ways[id] = once
  }
  return stored

  function isProductBehind(user: Term): boolean {
    const isPassing = (isElementwise(user) || isMovement(user)) && !stored[user.id]
    return user.op === 'matmul' || (isPassing && kernelOf[user.id] === nobody && feedsProduct[user.id] === 1)
  }

  /** Through each movement it is computed anew; element-wise terms that are seen in one way share it. */
  function waysTo(term: Term): ReadonlySet<string> {
    const found = new Set<string>()
    for (const user of users[term.id]) {
      const isMoved = isMovement(terms[user]) || terms[user].op === 'concat'
      const isRead = stored[user] || kernelOf[user] !== nobody || !(isMoved || isElementwise(terms[user]))
      for (const way of isRead ? once : ways[user]) found.add(isMoved ? `${user} ${way}` : way)
      if (found.size > mostWays) break
    }
    return found
  }

  /** The kernel in which `user` reads `term`. */
  function readerThrough(user: Term, term: Term): number {
    if (term.isFixed && !user.isFixed) return tensorsOnly
    if (kernelOf[user.id] !== nobody) {
      const readsValues = !isHead(user) || readsExpressions(user, term)
      return readsValues ? kernelOf[user.id] : tensorsOnly
    }
    if (user.op === 'gather') {
      if (user.inputs[1] === term.id) return tensorsOnly
      // What is chosen more than once would be computed more than once.
      if (elements(user.shape) > elements(term.shape)) return many
    }
    if (user.op === 'concat' && !stored[user.id]) return reader[user.id]
    if (user.op === 'concat') return term.id
    return stored[user.id] ? user.id : reader[user.id]
  }

  /**
   * One operation on one tensor of its size: doing it again costs less than writing the result and reading it back. Two are as
   * cheap, but not for a product, which does them again for every tile of its columns.
   */
  function isCheap(term: Term): boolean {
    if (term.op !== 'unary' && term.op !== 'binary') return false
    const { flops, tensors, steps } = priceOf(term)
    if (steps > 1 && feedsProduct[term.id]) return false
    return flops <= 2 && tensors.filter(({ shape }) => elements(shape) >= elements(term.shape)).length <= 1
  }

  /** What it takes to compute a value from tensors, and which these are. */
  function priceOf(term: Term): Price {
    const isTensor = !isElementwise(term) || regions.has(term.id) || stored[term.id] === 1
    if (isTensor) return { flops: 0, steps: 0, tensors: term.isFixed ? [] : [term] }
    if (term.op !== 'unary' && term.op !== 'binary')
      return { flops: Number.POSITIVE_INFINITY, steps: 1, tensors: [] }
    const { flops } = term.op === 'unary' ? unaryFunctions[term.attrs.fn] : binaryFunctions[term.attrs.fn]
    if (flops > 2) return { flops, steps: 1, tensors: [] }
    const parts = term.inputs.map((id) => priceOf(baseOf(terms, terms[id])))
    return {
      flops: parts.reduce((sum, part) => sum + part.flops, flops),
      steps: 1 + Math.max(...parts.map(({ steps }) => steps)),
      tensors: [...new Set(parts.flatMap(({ tensors }) => tensors))],
    }
  }
}

interface Price {
  readonly flops: number
  /** Operations one after another. */
  readonly steps: number
  readonly tensors: readonly Term[]
}

function baseOf(terms: readonly Term[], term: Term): Term {
  let base = term
  while (isMovement(base)) base = terms[base.inputs[0]]
  return base
}

/** Whether this kernel computes an expression of what it reads at this input. */
function readsExpressions(head: Term, input: Term): boolean {
  if (head.op === 'fold' || head.op === 'scan') return true
  if (head.op in biasInputs) return head.inputs.indexOf(input.id) === biasInputs[head.op]
  return head.op === 'matmul' && head.inputs[0] === input.id && head.inputs[1] !== input.id
}

/** By term: the end of the region that it belongs to. */
function kernelEnds(terms: readonly Term[], regions: ReadonlyMap<number, Region>): Int32Array {
  const ends = new Int32Array(terms.length).fill(nobody)
  for (const [end, region] of regions) for (const id of region.levels.keys()) ends[id] = end
  return ends
}

function joined(one: number, other: number): number {
  if (one === nobody || one === other) return other
  return one === tensorsOnly || other === tensorsOnly ? tensorsOnly : many
}

/** A concatenation of this many parts may be computed where it is read, each part behind a guard. */
export const mostGuardedParts = 4

/** Parts that a kernel of their own could write straight into the result make a tensor worth while. */
function isWrittenByKernels(
  concat: Term,
  users: readonly (readonly number[])[],
  regions: ReadonlyMap<number, Region>,
): boolean {
  return (
    concat.inputs.length > mostGuardedParts ||
    concat.inputs.some((id) => regions.has(id) && users[id].length === 1)
  )
}
