/** The two residual halves that most vision transformers share. */
import { type DocumentNode, type GraphBody, IN } from '../document/types'
import { type Attributes, type SlotValue, slotAttributes, slotModule } from '../schema/schema'
import { module, Sketch } from './sketch'

export interface BlockParts {
  /** One mixer, or several nodes one after the other. */
  readonly mixer: DocumentNode | readonly DocumentNode[]
  readonly mlp: DocumentNode
  /** Both norms; null leaves them out, as blocks do whose layers have norms themselves. */
  readonly norm?: SlotValue | null
  /** Names of the norms in the state_dict, where they are not norm1 and norm2. */
  readonly normKeys?: readonly [string, string]
  /** What follows the mixer and the MLP before they are added: a LayerScale. */
  readonly scale?: (half: 1 | 2) => readonly DocumentNode[]
  /** What comes before the first half: a position encoding. */
  readonly first?: readonly DocumentNode[]
  /** What comes before the second half. */
  readonly second?: readonly DocumentNode[]
}

/** x ← x + Mixer(LN x); x ← x + MLP(LN x). */
export function preNormBlock({
  mixer,
  mlp,
  norm = 'layerNorm',
  normKeys,
  scale = () => [],
  first = [],
  second = [],
}: BlockParts): GraphBody {
  const sketch = new Sketch()
  const normName = (number: 1 | 2) => {
    const id = `norm${number}`
    const key = normKeys?.[number - 1]
    return key === undefined ? id : { id, key }
  }
  const normed = (number: 1 | 2) =>
    norm === null ? [] : [module(normName(number), slotModule(norm), slotAttributes(norm))]
  const half = (x: string, number: 1 | 2, ...body: readonly DocumentNode[]): string =>
    sketch.residual(x, `add${number}`, [...normed(number), ...body, ...scale(number)])
  const mixers = 'id' in mixer ? [mixer] : mixer
  const mixed = half(sketch.chain(IN, ...first), 1, ...mixers)
  return sketch.body(half(sketch.chain(mixed, ...second), 2, mlp))
}

/** A convolution and its BatchNorm; `parts` are their names in the state_dict. */
export function convNorm(
  id: string,
  attrs: Attributes,
  parts: readonly [string, string] = ['conv', 'bn'],
): DocumentNode[] {
  return [module(`${id}.${parts[0]}`, 'convolution', attrs), module(`${id}.${parts[1]}`, 'batchNorm')]
}

/** Attributes without those that are the module's default. */
export function differing<A extends Attributes>(attrs: A, usual: Partial<A>): Attributes {
  return Object.fromEntries(Object.entries(attrs).filter(([name, value]) => value !== usual[name]))
}
