/** What a design counts, for comparison with what others count. */
import type { Document } from '../document/types'
import { analyze } from '../index'
import { requireWhole } from './whole'

export interface Figures {
  readonly params: number
  readonly frozen: number
  /** Of the trainable ones, those of the head: papers on features leave it out. */
  readonly headParams: number
  readonly macs: {
    readonly conv: number
    readonly linear: number
    readonly matmul: number
    readonly total: number
  }
  /** Operations that are no multiply-adds: norms, activations, sums, pooling. */
  readonly elementwise: number
}

/** Throws a sentence when the design is not whole. */
export function figuresOf(document: Document): Figures {
  const { lowered, totals, layers } = analyze(document)
  requireWhole(lowered)
  const headParams = layers
    .filter(({ kind }) => kind === 'head')
    .reduce((sum, { cost }) => sum + cost.params.trainable, 0)
  const { params, macs, flops } = totals
  const elementwise = flops - 2 * macs.total
  return { params: params.trainable, frozen: params.frozen, headParams, macs, elementwise }
}
