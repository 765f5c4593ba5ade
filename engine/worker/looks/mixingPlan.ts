/** The plans behind the mixing maps of one place in the design. */
import { type MixingForm, mixingForm } from '../../analysis/mixingForm'
import { type MixingSide, mixingSide } from '../../analysis/mixingSides'
import { withoutDirectPath } from '../../autodiff/directPath'
import { joined } from '../../autodiff/joined'
import { mixingProgram } from '../../autodiff/mixing'
import { type CompileOptions, compile } from '../../compile/compile'
import type { Plan } from '../../compile/plan'
import type { Document } from '../../document/types'
import type { Graph, Node } from '../../graph/graph'
import { nodeCost } from '../../ops/cost'
import { DesignError } from '../designError'
import type { MixingQuestion } from '../questions'
import { sectionOf } from './section'

export interface MixingPlan {
  /** Of the design itself. */
  readonly graph: Graph
  readonly perProbe: Plan
  /** Multiply-accumulates of one probe. */
  readonly macs: number
  /** Names of what `perProbe` takes beside the probe, in the order in which `once` gives it. */
  readonly kept: readonly string[]
  /** From the picture to the kept values; null where there are none. */
  readonly once: Plan | null
  readonly form: MixingForm
  /** Whether something went straight past the branches, and is left out. */
  readonly residual: 'kept' | 'left out' | 'none'
  readonly asked: MixingSide
  readonly shown: MixingSide
  /** Of the side that is asked about. */
  readonly channels: number
}

/** Throws DesignError when there is no such place in the design. */
export function mixingPlan(
  document: Document,
  { path, through, direction, withoutResidual }: MixingQuestion,
  options: Pick<CompileOptions, 'device'>,
): MixingPlan {
  const { graph, input, output, part: whole, start, sources } = sectionOf(document, path, through)
  if (input.shape.length < 2 || output.shape.length < 2)
    throw new DesignError(`${path || 'The network'} gives numbers without channels, which no map can show.`)
  const rest = withoutDirectPath(whole, start)
  const part = withoutResidual && rest ? rest : whole
  const program = mixingProgram(part, start, direction)
  const compiled = (made: Graph) => compile(made, { ...options, outputs: made.outputs })
  const [asked, shown] = direction === 'reads' ? [output, input] : [input, output]
  return {
    graph,
    perProbe: compiled(program.perProbe),
    macs: program.perProbe.nodes.reduce((sum, node) => sum + nodeCost(program.perProbe, node).macs, 0),
    kept: program.kept,
    once: program.kept.length > 0 ? compiled(joined(graph, program.once, sources)) : null,
    form: mixingForm(part, start, part.outputs[0]),
    residual: rest === null ? 'none' : withoutResidual ? 'left out' : 'kept',
    asked: sideOf(asked),
    shown: sideOf(shown),
    channels: asked.shape[asked.shape.length - 1] ?? 1,
  }
}

const sideOf = ({ shape, grid }: Node): MixingSide => mixingSide(shape, grid)
