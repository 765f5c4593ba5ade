/** Checkpoints that the page gave, kept by what is in them until it takes them back. */
import { VertebraError } from '../errors'
import { type GivenWeights, hashOfBytes } from '../gpu/contents'
import type { Graph } from '../graph/graph'
import { matchWeights, type WeightReport } from '../weights/matchWeights'
import type { PositionWay } from '../weights/resampleTables'
import { type Checkpoint, readSafetensors } from '../weights/safetensors'

export interface MatchedWeights {
  readonly id: string
  readonly given: GivenWeights
  readonly report: WeightReport
}

interface KeptCheckpoint {
  readonly checkpoint: Checkpoint
  readonly positions: PositionWay
}

export class WeightFiles {
  private readonly files = new Map<string, KeptCheckpoint>()

  /** Throws VertebraError with a sentence when the file is not whole. */
  add(bytes: ArrayBuffer, positions: PositionWay = 'timm'): string {
    const checkpoint = readSafetensors(bytes)
    const id = `${hashOfBytes(new Uint8Array(bytes))}${positions === 'timm' ? '' : ` ${positions}`}`
    this.files.set(id, { checkpoint, positions })
    return id
  }

  forget(id: string): void {
    this.files.delete(id)
  }

  /** The weights of a design. Throws VertebraError when the file was never given. */
  match(id: string, graph: Graph): MatchedWeights {
    const kept = this.files.get(id)
    if (!kept) throw new VertebraError('the weights are not here any more; load the file again')
    const { arrays, report } = matchWeights(graph, kept.checkpoint, kept.positions)
    return { id, given: { source: `${id} ${report.namesOf}`, arrays }, report }
  }
}
