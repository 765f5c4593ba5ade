/** The plans behind the mixing maps of one place in the design. */
import { type MixingForm, mixingForm } from '../../analysis/mixingForm'
import { type MixingSide, mixingSide } from '../../analysis/mixingSides'
import { withoutDirectPath } from '../../autodiff/directPath'
import { joined } from '../../autodiff/joined'
import { mixingProgram } from '../../autodiff/mixing'
import type { Document } from '../../document/types'
import { elements, type Graph, type Node } from '../../graph/graph'
import { nodeCost } from '../../ops/cost'
import { DesignError } from '../designError'
import type { MixingQuestion } from '../questions'
import type { Planned, Planner } from './look'
import { sectionOf } from './section'

export interface MixingPlan {
  /** Of the design itself. */
  readonly graph: Graph
  readonly perProbe: Planned
  /** Probes that one run of it takes, one after the other along the first axis. */
  readonly atOnce: number
  /** Multiply-accumulates of one probe. */
  readonly macs: number
  /** Names of what `perProbe` takes beside the probe, in the order in which `once` gives it. */
  readonly kept: readonly string[]
  /** From the picture to the kept values; null where there are none. */
  readonly once: Planned | null
  readonly form: MixingForm
  /** Whether something went straight past the branches, and is left out. */
  readonly residual: 'kept' | 'left out' | 'none'
  readonly asked: MixingSide
  readonly shown: MixingSide
  /** Of the side that is asked about. */
  readonly channels: number
}

/** Probes of one run, and elements that one tensor of them may have. */
const most = { atOnce: 16, elements: 2 ** 22 }

/** Throws DesignError when there is no such place in the design. */
export function mixingPlan(document: Document, question: MixingQuestion, planner: Planner): MixingPlan {
  const { path, direction, withoutResidual } = question
  const { graph, input, output, sources, part, start, rest, program } = programOf(document, question, 1)
  if (input.shape.length < 2 || output.shape.length < 2)
    throw new DesignError(`${path || 'The network'} gives numbers without channels, which no map can show.`)
  const form = mixingForm(part, start, part.outputs[0])
  // Only a dense linear map takes many probes, and shares nothing of a picture between them.
  const isMany = form.isLinear && !form.keepsChannels && program.kept.length === 0
  const largest = Math.max(elements(input.shape), elements(output.shape))
  const atOnce = isMany ? Math.max(1, Math.min(most.atOnce, Math.floor(most.elements / largest))) : 1
  const { perProbe } = atOnce === 1 ? program : programOf(document, question, atOnce).program
  const [asked, shown] = direction === 'reads' ? [output, input] : [input, output]
  return {
    graph,
    perProbe: planner(perProbe),
    atOnce,
    macs: program.perProbe.nodes.reduce((sum, node) => sum + nodeCost(program.perProbe, node).macs, 0),
    kept: program.kept,
    once: program.kept.length > 0 ? planner(joined(graph, program.once, sources)) : null,
    form,
    residual: rest === null ? 'none' : withoutResidual ? 'left out' : 'kept',
    asked: sideOf(asked),
    shown: sideOf(shown),
    channels: asked.shape[asked.shape.length - 1] ?? 1,
  }
}

function programOf(
  document: Document,
  { path, through, direction, withoutResidual }: MixingQuestion,
  batch: number,
) {
  const section = sectionOf(document, path, through, batch)
  const rest = withoutDirectPath(section.part, section.start)
  const part = withoutResidual && rest ? rest : section.part
  return { ...section, rest, part, program: mixingProgram(part, section.start, direction) }
}

const sideOf = ({ shape, grid }: Node): MixingSide => mixingSide(shape, grid)
