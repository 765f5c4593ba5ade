/** What a kernel does, in the words of people who look at a profile: `gemm, norm folded in, + bias, gelu, + residual`. */

import type { Program, Term } from './program'
import type { ScheduledKernel } from './schedule'
import { isElementwise } from './termKinds'

export function labelOf(program: Program, { spec, head, terms, isCopy }: ScheduledKernel): string {
  if (isCopy) return 'copy'
  const isMap = spec.family === 'map'
  const computed = terms.map((id) => program.terms[id]).filter(isElementwise)
  computed.sort((one, other) => one.id - other.id)
  const ofNorm = computed.filter((term) => term.inputs.some((id) => readsStatistics(program, id)))
  const words = computed.filter((term) => !ofNorm.includes(term)).map((term) => wordFor(program, term))
  const norm = ofNorm.length > 0 ? [isMap ? 'norm' : 'norm folded in'] : []
  return [...new Set([isMap ? 'map' : nameOf(program.terms[head]), ...norm, ...words])].join(', ')
}

function nameOf(term: Term): string {
  switch (term.op) {
    case 'matmul':
      return 'gemm'
    case 'convolve': {
      const { kernel, groups } = term.attrs
      const size = `conv ${kernel.join('×')}`
      return groups > 1 ? `${size} in ${groups} groups` : size
    }
    case 'depthwise':
      return `depthwise conv ${term.attrs.kernel.join('×')}`
    case 'pool':
      return `${term.attrs.fn} pool ${term.attrs.kernel.join('×')}`
    case 'attentionLogSum':
      return 'attention, log of sums'
    case 'attentionGradient':
      return `attention, gradient by ${term.attrs.of}`
    case 'fold':
      return term.attrs.fn
    case 'rowStatistics':
      return term.attrs.kind === 'merge' ? 'statistics, merged' : 'statistics'
    default:
      return term.op
  }
}

function wordFor(program: Program, term: Term): string {
  if (term.op === 'unary') return term.attrs.fn
  if (term.op !== 'binary') return term.op
  const { fn } = term.attrs
  const inputs = term.inputs.map((id) => program.terms[id])
  const isFixed = inputs.some((input) => input.isFixed)
  if (fn === 'add') return isFixed ? '+ bias' : '+ residual'
  if (fn === 'sub') return isFixed ? '+ bias' : '− input'
  if (fn === 'mul' || fn === 'div') return isFixed ? 'scale' : 'gate'
  return fn
}

function readsStatistics(program: Program, id: number): boolean {
  let term = program.terms[id]
  while (term.inputs.length === 1 && term.op !== 'rowStatistics') term = program.terms[term.inputs[0]]
  return term.op === 'rowStatistics'
}
