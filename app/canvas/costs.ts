/** The cost that the canvas shows and tints by: latency where it was measured, else a count. */
import { useMemo } from 'react'
import type { Analysis, NodeCost } from '../../engine/index'
import { costAt, type MeasuredCosts, useMeasuredCosts, useShownAnalysis } from '../state/derived'
import type { PathKey } from '../state/paths'
import { type TintMetric, useSessionStore } from '../state/sessionStore'
import { formatBytes, formatCount, formatMs } from '../ui/formatNumber'

export interface Costs {
  readonly wished: TintMetric
  /** What is really shown: MACs stand in for a latency that nobody measured. */
  readonly metric: TintMetric
  /** Measured before the last edit. */
  readonly isStale: boolean
  /** Of all instances together; null when it is not known. */
  allAt(key: PathKey): number | null
  /** Of one instance. */
  oneAt(key: PathKey): number | null
  instancesAt(key: PathKey): number
  shareAt(key: PathKey): number
  print(value: number): string
}

export const metricNames: { readonly [M in TintMetric]: string } = {
  latency: 'latency',
  macs: 'MACs',
  params: 'params',
  memory: 'activations',
  none: 'none',
}

export function useCosts(): Costs {
  const wished = useSessionStore((state) => state.tint)
  const analysis = useShownAnalysis()
  const measured = useMeasuredCosts()
  const costs = measured?.costs
  const isStale = measured?.isStale ?? false
  return useMemo(() => costsOf(wished, analysis, costs, isStale), [wished, analysis, costs, isStale])
}

function costsOf(
  wished: TintMetric,
  analysis: Analysis,
  measured: MeasuredCosts | undefined,
  isStale: boolean,
): Costs {
  const isMeasured = measured !== undefined && measured.total > 0
  const metric =
    wished === 'latency' && !isMeasured
      ? 'macs'
      : wished === 'none'
        ? isMeasured
          ? 'latency'
          : 'macs'
        : wished
  const instancesAt = (key: PathKey) => costAt(analysis, key)?.instances ?? 1
  const allAt = (key: PathKey): number | null => {
    if (metric === 'latency') return measured?.byPath.get(key) ?? null
    const cost = costAt(analysis, key)
    return cost ? count(metric, cost) : null
  }
  const total = metric === 'latency' ? (measured?.total ?? 0) : sumOfTop(analysis, allAt)
  return {
    wished,
    metric,
    isStale: metric === 'latency' && isStale,
    allAt,
    oneAt: (key) => {
      const all = allAt(key)
      return all === null ? null : all / Math.max(1, instancesAt(key))
    },
    instancesAt,
    shareAt: (key) => (wished === 'none' || total === 0 ? 0 : (allAt(key) ?? 0) / total),
    print: metric === 'latency' ? formatMs : metric === 'memory' ? formatBytes : formatCount,
  }
}

function count(metric: TintMetric, { all }: NodeCost): number {
  switch (metric) {
    case 'macs':
    case 'latency':
    case 'none':
      return all.macs.total
    case 'params':
      return all.params.trainable + all.params.frozen
    case 'memory':
      return all.activationBytes
    default:
      return metric satisfies never
  }
}

const sumOfTop = (analysis: Analysis, allAt: (key: PathKey) => number | null): number => {
  let sum = 0
  for (const key of analysis.byNode.keys()) if (!key.includes('/')) sum += allAt(key) ?? 0
  return sum
}

/** Ember mixed into the node's own colour, at most 24 % (design-language.md 2). */
export const tintOf = (share: number): string =>
  share > 0
    ? `color-mix(in srgb, var(--ember) ${Math.min(24, 40 * share).toFixed(1)}%, var(--raised))`
    : 'var(--raised)'
