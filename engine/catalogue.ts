/** The second door: every preset. The page opens it after its first drawing. */
export { findPreset, presets } from './presets'
