/** Heads of attention: how forms ask for them, and how channels split into them. */
import { ShapeError } from '../errors'
import { autoInt, int } from '../schema/schema'
import { divisorChoice } from './divisors'

interface HeadAttributes {
  readonly heads: number | null
  readonly headDim: number
}

/** Heads by number, or by width where the number is left to the channels. */
export const headFields = (headDim = 32) => ({
  heads: autoInt({
    label: 'Heads',
    help: 'Must divide the channels.',
    default: null,
    min: 1,
    max: 128,
    auto: 'channels ÷ head width',
  }),
  headDim: int({
    label: 'Head width',
    help: 'Channels of one head.',
    default: headDim,
    min: 1,
    max: 512,
    when: { field: 'heads', is: null },
  }),
})

/** The width of queries and keys where it is not that of values. */
export const keyDimField = () =>
  autoInt({
    label: 'Key width',
    help: 'Channels of a query and a key.',
    default: null,
    min: 1,
    max: 512,
    auto: 'as a head',
  })

/** `10 heads of 32`. */
export function headCount(attrs: HeadAttributes, dim: number | null): string {
  if (dim === null) return attrs.heads === null ? `heads of ${attrs.headDim}` : `${attrs.heads} heads`
  const { heads, headDim } = headSizes(dim, attrs)
  return `${heads} ${heads === 1 ? 'head' : 'heads'} of ${Number.isInteger(headDim) ? headDim : headDim.toFixed(1)}`
}

/** Throws HEADS_DIVIDE when `dim` channels do not split into the wanted number. */
export function splitHeads(
  who: string,
  dim: number,
  attrs: HeadAttributes,
): { heads: number; headDim: number } {
  const { heads, headDim } = headSizes(dim, attrs)
  if (Number.isInteger(headDim)) return { heads, headDim }
  throw new ShapeError(
    'HEADS_DIVIDE',
    `${who}: ${dim} channels do not split into ${heads} heads; choose ${divisorChoice(dim, heads)} heads`,
    [{ what: 'heads', expected: `a divisor of ${dim}`, got: `${heads}` }],
  )
}

/** A head width that is not whole means that the channels do not split. */
function headSizes(dim: number, { heads, headDim }: HeadAttributes): { heads: number; headDim: number } {
  if (heads !== null) return { heads, headDim: dim / heads }
  return { heads: Math.max(1, Math.floor(dim / headDim)), headDim }
}
