import type { LookKind } from '../questions'
import { features } from './features'
import { field } from './field'
import { fieldGrowth } from './fieldGrowth'
import type { Answering } from './look'
import { mixing } from './mixing'

/** How each kind of question is answered. */
export const looks: { readonly [K in LookKind]: Answering<K> } = {
  field,
  fieldGrowth,
  features,
  mixing,
}
