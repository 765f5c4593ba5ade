/** The two residual halves that most vision transformers share. */
import { type DocumentNode, type GraphBody, IN } from '../document/types'
import type { Attributes } from '../schema/schema'
import { module, Sketch } from './sketch'

export interface BlockParts {
  readonly mixer: DocumentNode
  readonly mlp: DocumentNode
  /** Attributes of both norms. */
  readonly norm?: Attributes
  /** What follows the mixer and the MLP before they are added: a LayerScale. */
  readonly scale?: (half: 1 | 2) => readonly DocumentNode[]
  /** What comes before the first half: a position encoding. */
  readonly first?: readonly DocumentNode[]
}

/** x ← x + Mixer(LN x); x ← x + MLP(LN x). */
export function preNormBlock({ mixer, mlp, norm = {}, scale = () => [], first = [] }: BlockParts): GraphBody {
  const sketch = new Sketch()
  const half = (x: string, number: 1 | 2, body: DocumentNode): string =>
    sketch.residual(x, `add${number}`, [module(`norm${number}`, 'layerNorm', norm), body, ...scale(number)])
  return sketch.body(half(half(sketch.chain(IN, ...first), 1, mixer), 2, mlp))
}

/** Attributes without those that are the module's default. */
export function differing<A extends Attributes>(attrs: A, usual: Partial<A>): Attributes {
  return Object.fromEntries(Object.entries(attrs).filter(([name, value]) => value !== usual[name]))
}
