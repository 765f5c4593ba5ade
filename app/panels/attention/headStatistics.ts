/** Mean distance and entropy of every head, computed a layer at a time while nothing else happens. */
import { useEffect, useState } from 'react'
import { type AttentionLayer, headStatistics, type RowStatistics } from '../../../engine/index'
import { whenIdle } from '../../ui/whenIdle'
import type { MixerRow } from './mixerRows'

type Statistics = readonly RowStatistics[]

const known = new WeakMap<AttentionLayer, Statistics>()

/** By layer; those that are not computed yet are left out. */
export function useHeadStatistics(
  rows: readonly MixerRow[],
  picture: { readonly height: number; readonly width: number },
): ReadonlyMap<AttentionLayer, Statistics> {
  const [, setDone] = useState(0)
  const layers = rows.flatMap(({ map }) => (map && canSummarise(map) ? [map] : []))
  const next = layers.find((layer) => !known.has(layer))
  useEffect(() => {
    if (!next) return
    return whenIdle(() => {
      known.set(next, headStatistics(next, picture))
      setDone((done) => done + 1)
    })
  }, [next, picture])
  return new Map(
    layers.flatMap((layer) => {
      const found = known.get(layer)
      return found ? [[layer, found] as const] : []
    }),
  )
}

/** Multiply-adds that a layer may take: a part of a second. */
const most = 1e9

const canSummarise = ({ kind, scores, windows, heads, queries, keys }: AttentionLayer): boolean =>
  kind === 'tokens' &&
  scores.kind !== 'absent' &&
  windows * heads * queries * keys * (scores.kind === 'products' ? scores.width : 1) <= most
