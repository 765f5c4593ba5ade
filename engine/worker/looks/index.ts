import type { LookKind } from '../questions'
import { field } from './field'
import type { Answering } from './look'

/** How each kind of question is answered. */
export const looks: { readonly [K in LookKind]: Answering<K> } = { field }
