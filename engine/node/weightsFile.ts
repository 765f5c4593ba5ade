/** Weights from a safetensors file for a design. */
import { readFileSync, statSync } from 'node:fs'
import { basename } from 'node:path'
import type { GivenWeights } from '../gpu/contents'
import type { Lowered } from '../lower/lowered'
import { matchWeights, type WeightReport, whatDoesNotFit } from '../weights/matchWeights'
import type { PositionWay } from '../weights/resampleTables'
import { readSafetensors } from '../weights/safetensors'

export interface WeightsOptions {
  readonly isPartWelcome?: boolean
  readonly positions?: PositionWay
}

export interface FileWeights {
  readonly given: GivenWeights
  readonly report: WeightReport
}

/**
 * Throws an error whose message says which weights are missing or differ, unless the rest may be loaded without them. Tensors
 * that the design lacks are ignored.
 */
export function readWeights(
  file: string,
  { graph, document }: Lowered,
  { isPartWelcome = false, positions = 'timm' }: WeightsOptions = {},
): FileWeights {
  const stat = statSync(file, { throwIfNoEntry: false })
  if (!stat?.isFile()) throw new Error(`${file}: there is no such file`)
  const bytes = readFileSync(file)
  const { arrays, report } = matchWeights(
    graph,
    readSafetensors(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer),
    positions,
  )
  const problems = whatDoesNotFit(report)
  if (arrays.size === 0 || (problems.length > 0 && !isPartWelcome)) {
    throw new Error(
      `${file} is not a checkpoint of ${document.name}: ${problems.join('; ')}${
        arrays.size === 0 ? '' : `. --partial loads the ${report.fits} of ${report.wanted} that fit`
      }`,
    )
  }
  return { given: { source: `${basename(file)} ${stat.size} ${stat.mtimeMs} ${positions}`, arrays }, report }
}
