/** A small design on the plain evaluation. */

import type { AttentionLayer } from '../analysis/attention/layer'
import { analyze } from '../analyze'
import { VertebraError } from '../errors'
import type { Lowered } from '../lower/lowered'
import { evaluate } from '../ops/evaluate'
import { proceduralWeights } from '../weights/procedural'
import { attentionLayer, attentionPlan, keptNodes } from '../worker/attentionLayers'
import { DesignError, outputOf } from '../worker/designError'
import { pictureFor } from '../worker/picture'

/** Five to fifteen seconds. */
const mostMacs = 2e9

/** Throws DesignError when the design is too large for this. Weights that are not given follow their rule. */
export function runOnReference(
  lowered: Lowered,
  picture: Float32Array | null,
  given: ReadonlyMap<string, Float32Array> = new Map(),
): { readonly logits: Float32Array; readonly attention: readonly AttentionLayer[] } {
  const { macs } = analyze(lowered.document).totals
  if (macs.total > mostMacs) {
    throw new DesignError(
      `The plain evaluation takes up to ${mostMacs / 1e9} G multiply-adds and this design has ${(macs.total / 1e9).toFixed(1)} G; choose a smaller input or fewer blocks.`,
    )
  }
  const { graph } = lowered
  const { maps } = attentionPlan(lowered, 'all')
  const output = outputOf(lowered)
  const values = evaluate(
    graph,
    {
      inputs: pictureFor(lowered, picture, 1),
      params: ({ attrs, shape }) => given.get(attrs.name) ?? proceduralWeights(attrs.name, shape, attrs),
    },
    [output, ...keptNodes(graph, maps)],
    { storage: 'single' },
  )
  const valueAt = (node: number): Float32Array => {
    const value = values.get(node)
    if (!value) throw new VertebraError(`internal: node ${node} was not evaluated`)
    return Float32Array.from(value)
  }
  return {
    logits: valueAt(output),
    attention: maps.map((map) => attentionLayer(graph, map, valueAt)),
  }
}
