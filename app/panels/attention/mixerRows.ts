/** Every token mixer of a design in the order of the forward pass, those with attention by their maps. */
import type { Analysis, AttentionLayer, LayerRow } from '../../../engine/index'
import type { PathKey } from '../../state/paths'

export interface MixerRow {
  /** Instance path, and the map's name where a mixer has several. */
  readonly key: string
  /** Instance path: `stages.2/blocks.3/token_mixer`. */
  readonly path: string
  /** Document path: what the canvas selects. */
  readonly selects: PathKey
  /** `3.6`: stage and block; one number where there are no stages. */
  readonly name: string
  /** `Attention`, `Pooling`. */
  readonly title: string
  /** Null for a mixer without attention, or before a run gave its map. */
  readonly map: AttentionLayer | null
}

/** A mixer may have several maps; heads of a network may attend without being mixers. */
export function mixerRows(analysis: Analysis, maps: readonly AttentionLayer[]): readonly MixerRow[] {
  const layers = layersByInstance(analysis)
  const mapsByPath = new Map<string, AttentionLayer[]>()
  for (const map of maps) mapsByPath.set(map.path, [...(mapsByPath.get(map.path) ?? []), map])
  const rows = [...analysis.lowered.scopes.keys()].flatMap((path): MixerRow[] => {
    const layer = layers.get(path)
    const own = mapsByPath.get(path) ?? []
    if (!layer || (layer.kind !== 'mixer' && own.length === 0)) return []
    const row = { path, selects: layer.path, title: layer.title }
    const name = shortName(path)
    if (own.length === 0) return [{ ...row, key: path, name, map: null }]
    return own.map((map) => ({
      ...row,
      key: map.name === '' ? path : `${path}#${map.name}`,
      name: own.length > 1 ? `${name} ${map.name}` : name,
      map,
    }))
  })
  return withOwnNames(rows)
}

/** A name that an earlier row has is told apart by the first letter of its group: `c.0` for the class attention of a ViT. */
function withOwnNames(rows: readonly MixerRow[]): readonly MixerRow[] {
  const taken = new Set<string>()
  return rows.map((row) => {
    if (!taken.has(row.name)) {
      taken.add(row.name)
      return row
    }
    return { ...row, name: `${row.path.charAt(0)}.${row.name}` }
  })
}

/** Maps of an earlier design, without those of mixers that have been replaced since. */
export function mapsThatStay(
  maps: readonly AttentionLayer[],
  ran: Analysis | null,
  now: Analysis,
): readonly AttentionLayer[] {
  if (!ran || ran === now) return maps
  const before = layersByInstance(ran)
  const after = layersByInstance(now)
  return maps.filter(({ path }) => before.get(path)?.module === after.get(path)?.module)
}

const layersByInstance = (analysis: Analysis): ReadonlyMap<string, LayerRow> =>
  new Map(
    analysis.layers.flatMap((layer) => layer.instancePaths.map((instance) => [instance, layer] as const)),
  )

/** `3.6`: stages are counted from one, as the row above shows them; blocks from zero, as their names do. */
function shortName(path: string): string {
  const numbers = path.split('/').flatMap((id) => /(\d+)$/.exec(id)?.[1] ?? [])
  const [first = '', ...rest] = numbers
  return rest.length > 0 ? [Number(first) + 1, ...rest].join('.') : first || path.replaceAll('/', '.')
}
