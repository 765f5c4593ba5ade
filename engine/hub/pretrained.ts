/** Which presets have weights on the hub: the names in timm's default_cfgs (v1.0.29), whose weights timm keeps itself. */
import table from './pretrained.json'

/**
 * Names of weights on the hub for a preset, timm's own choice first; none where timm has no weights or other people keep them.
 */
export function hubNamesOf(preset: string): readonly string[] {
  const tags = Object.hasOwn(table, preset) ? (table as Record<string, string>)[preset] : undefined
  // Where two architectures share a file, the table has the file's whole name.
  return tags?.split(' ').map((tag) => (tag.includes('.') ? tag : `${preset}.${tag}`)) ?? []
}
