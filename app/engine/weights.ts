/** Weights that people bring: read in the engine's worker, shown on a card, and run when they say so. */
import type { PositionWay } from '../../engine/index'
import { useDocumentStore } from '../state/documentStore'
import { useWeightsStore } from '../state/weightsStore'
import { notify } from '../ui/notify'
import { engine } from './engine'

/** A browser holds no larger piece of memory for certain. */
const byteLimit = 2e9

/** A sentence about a file that is too large; null for the others. */
export const sizeProblem = (name: string, bytes: number): string | null =>
  bytes > byteLimit ? `${name} has ${(bytes / 1e9).toFixed(1)} GB; the limit is ${byteLimit / 1e9} GB.` : null

/** Reads a file and offers what fits. A file that cannot be used changes nothing; the reason is a sentence. */
export async function offerWeights(file: File): Promise<void> {
  const tooLarge = sizeProblem(file.name, file.size)
  if (tooLarge) return notify.problem(tooLarge)
  declineWeights()
  useWeightsStore.setState({ reading: file.name })
  try {
    const { document } = useDocumentStore.getState()
    const { id, report } = await engine.readWeights(file, document)
    useWeightsStore.setState({ offer: { id, file, document, report } })
  } catch (error) {
    notify.problem(`${file.name} cannot be loaded: ${error instanceof Error ? error.message : String(error)}`)
  } finally {
    useWeightsStore.setState({ reading: null })
  }
}

/** Offers the same file again, with its position embeddings brought to this size another way. */
export async function offerWithPositions(positions: PositionWay): Promise<void> {
  const { offer } = useWeightsStore.getState()
  if (!offer) return
  try {
    const { id, report } = await engine.readWeights(offer.file, offer.document, positions)
    const { offer: still } = useWeightsStore.getState()
    if (still !== offer) return engine.forgetWeights(id)
    useWeightsStore.setState({ offer: { ...offer, id, report, positions } })
    forgetUnlessLoaded(offer.id)
  } catch (error) {
    notify.problem(`${offer.file.name} cannot be read: ${error instanceof Error ? error.message : error}`)
  }
}

/** The offered file becomes the one that the design runs with. */
export function loadOffered(): void {
  const { offer } = useWeightsStore.getState()
  if (!offer) return
  const { id, file, report, positions = 'timm' } = offer
  useWeightsStore.setState({ offer: null, loaded: { id, file, positions } })
  notify.info(`${report.fits} of ${report.wanted} weights are from ${file.name} now.`)
}

export function declineWeights(): void {
  const { offer } = useWeightsStore.getState()
  if (!offer) return
  useWeightsStore.setState({ offer: null })
  forgetUnlessLoaded(offer.id)
}

function forgetUnlessLoaded(id: string): void {
  if (id !== useWeightsStore.getState().loaded?.id) engine.forgetWeights(id)
}
