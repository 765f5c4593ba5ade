/**
 * What follows from the stores, computed when asked and remembered per document: nothing here can go stale.
 * Plain functions first, hooks with the same name below.
 */
import {
  type Analysis,
  analyze,
  type Diagnostic,
  type Document,
  type NodeCost,
  type NodeFacts,
  type Profile,
  type RunResult,
} from '../../engine/index'
import { useDocumentStore } from './documentStore'
import { ancestorsOf, isInside, type PathKey } from './paths'
import { useRunStore } from './runStore'

// ---- of a document ----

const analyses = new WeakMap<Document, Analysis>()

/** Shapes, diagnostics and costs of a design at batch 1, in a few milliseconds the first time. */
export function analysisOf(document: Document): Analysis {
  let analysis = analyses.get(document)
  if (!analysis) {
    analysis = analyze(document)
    analyses.set(document, analysis)
  }
  return analysis
}

export const factsAt = (analysis: Analysis, key: PathKey): NodeFacts | undefined =>
  analysis.lowered.nodes.get(key)
export const costAt = (analysis: Analysis, key: PathKey): NodeCost | undefined => analysis.byNode.get(key)

const problemIndexes = new WeakMap<Analysis, ReadonlyMap<PathKey, readonly Diagnostic[]>>()

/** Diagnostics by the node they sit on. */
export function problemsByPath(analysis: Analysis): ReadonlyMap<PathKey, readonly Diagnostic[]> {
  let index = problemIndexes.get(analysis)
  if (!index) {
    const byPath = new Map<PathKey, Diagnostic[]>()
    for (const problem of analysis.lowered.diagnostics) {
      const list = byPath.get(problem.path)
      if (list) list.push(problem)
      else byPath.set(problem.path, [problem])
    }
    index = byPath
    problemIndexes.set(analysis, index)
  }
  return index
}

/** Problems on a node or anywhere inside it. */
export const problemsInside = (analysis: Analysis, key: PathKey): readonly Diagnostic[] =>
  analysis.lowered.diagnostics.filter((problem) => isInside(problem.path, key))

export const errorsOf = (analysis: Analysis): readonly Diagnostic[] =>
  analysis.lowered.diagnostics.filter((problem) => problem.severity === 'error')

// ---- of a run ----

export interface MeasuredCosts {
  /** Milliseconds by document path, all instances together, groups included. */
  readonly byPath: ReadonlyMap<PathKey, number>
  /** Milliseconds by instance path (`stages.2/blocks.3/token_mixer`). */
  readonly byInstance: ReadonlyMap<string, number>
  readonly total: number
}

const measured = new WeakMap<Profile, MeasuredCosts>()

/** Each kernel's time belongs to its main scope and to every group around it. */
function measuredCosts(analysis: Analysis, result: RunResult, profile: Profile): MeasuredCosts {
  const known = measured.get(profile)
  if (known) return known
  const pathOfInstance = new Map<string, PathKey>()
  for (const [key, facts] of analysis.lowered.nodes) {
    for (const instance of facts.instancePaths) pathOfInstance.set(instance, key)
  }
  const byPath = new Map<PathKey, number>()
  const byInstance = new Map<string, number>()
  let total = 0
  for (const { index, median } of profile.kernels) {
    const scope = result.kernels[index]?.scopes[0]
    total += median
    if (scope === undefined) continue
    for (const place of ancestorsOf(scope)) {
      if (place === '') continue
      byInstance.set(place, (byInstance.get(place) ?? 0) + median)
      const key = pathOfInstance.get(place)
      if (key !== undefined) byPath.set(key, (byPath.get(key) ?? 0) + median)
    }
  }
  const costs = { byPath, byInstance, total }
  measured.set(profile, costs)
  return costs
}

// ---- hooks ----

/** The design on screen: the preview while one is shown, else the document. */
export const useShownDocument = (): Document => useDocumentStore((state) => state.preview ?? state.document)
export const useAnalysis = (): Analysis => analysisOf(useDocumentStore((state) => state.document))
export const useShownAnalysis = (): Analysis => analysisOf(useShownDocument())
export function usePreviewAnalysis(): Analysis | null {
  const preview = useDocumentStore((state) => state.preview)
  return preview ? analysisOf(preview) : null
}

/** Measured costs of the last profiled run, null without one. `isStale`: the design has changed since. */
export function useMeasuredCosts(): { readonly costs: MeasuredCosts; readonly isStale: boolean } | null {
  const ranDocument = useRunStore((state) => state.ranDocument)
  const result = useRunStore((state) => state.result)
  const profile = useRunStore((state) => state.profile)
  const isStale = useDocumentStore((state) => state.document !== ranDocument)
  if (!ranDocument || !result || !profile) return null
  return { costs: measuredCosts(analysisOf(ranDocument), result, profile), isStale }
}
