import { logarithmic, sideHolding } from '../../analysis/fieldMass'
import { stopIf } from '../../gpu/cancel'
import type { FieldSides } from '../questions'
import { meanField } from './field'
import type { Answering } from './look'

/** Sides of the squares that hold given shares of the contributions, one depth after the other, each told as it comes. */
export const fieldGrowth: Answering<'fieldGrowth'> = async ({ depths, shares, rule, isRandom }, context) => {
  const found: FieldSides[] = []
  for (const [index, { path, place, centre }] of depths.entries()) {
    stopIf(context.isCancelled)
    context.progress('running', index, depths.length)
    const field = await meanField({ path, place, rule, isRandom }, context)
    const weighed = rule === 'positive' ? logarithmic(field.map) : field.map
    found.push({ path, sides: shares.map((share) => sideHolding(weighed, centre, share)) })
    if (index + 1 < depths.length) context.tell({ depths: [...found] })
  }
  return { depths: found }
}
