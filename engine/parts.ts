/** The fourth door: every module, in the order of the palette. The page opens it right after its first drawing. */
export { modules } from './modules'
export { type Study, study } from './study'
