import type { Fix } from '../../engine/index'
import { edit } from './edit'

/** Makes a mending edit. */
export const applyFix = (fix: Fix): boolean => edit(fix.label, (document) => fix.apply(document))
