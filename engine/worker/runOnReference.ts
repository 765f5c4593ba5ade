/** A small design on the plain evaluation: where there is no WebGPU, labelled as slow. */
import { analyze } from '../analyze'
import { VertebraError } from '../errors'
import type { Lowered } from '../lower/lowered'
import { evaluate } from '../ops/evaluate'
import { proceduralWeights } from '../weights/procedural'
import { attentionLayer, attentionPlan, keptNodes } from './attentionLayers'
import { DesignError, outputOf } from './designError'
import { pictureFor } from './picture'
import type { RunResult } from './protocol'

/** Five to fifteen seconds; a worker in the midst of it cannot be interrupted. */
const mostMacs = 2e9

/** Throws DesignError when the design is too large for this. Weights that are not given follow their rule. */
export function runOnReference(
  lowered: Lowered,
  picture: Float32Array | null,
  given: ReadonlyMap<string, Float32Array> = new Map(),
): Omit<RunResult, 'weights' | 'classes'> {
  const { macs, memory } = analyze(lowered.document).totals
  if (macs.total > mostMacs) {
    throw new DesignError(
      `The plain evaluation takes up to ${mostMacs / 1e9} G multiply-adds and this design has ${(macs.total / 1e9).toFixed(1)} G; choose a smaller input or fewer blocks.`,
    )
  }
  const { graph } = lowered
  const { maps, leftOut } = attentionPlan(lowered, 'all')
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
    onReference: true,
    logits: valueAt(output),
    attention: maps.map((map) => attentionLayer(graph, map, valueAt)),
    attentionLeftOut: leftOut,
    memory: {
      weightBytes: memory.weightBytes,
      activationBytes: memory.activationBytes,
      largestCopy: null,
    },
    kernels: [],
  }
}
