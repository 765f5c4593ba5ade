/** What a kernel does, in the words of people who look at a profile: `gemm, norm folded in, + bias, gelu, + residual`. */
import { isElementwise, type Program, type Term } from './program'
import type { ScheduledKernel } from './schedule'

export function labelOf(program: Program, { spec, head, terms, isCopy }: ScheduledKernel): string {
  const members = terms.map((id) => program.terms[id]).sort((one, other) => one.id - other.id)
  const computed = members.filter(isElementwise)
  if (spec.family === 'map') return isCopy ? 'copy' : ['map', ...described(program, computed)].join(', ')
  const before = computed.filter(({ id }) => id < head)
  const after = computed.filter(({ id }) => id > head)
  return [nameOf(program.terms[head]), ...prologue(program, before), ...described(program, after)].join(', ')
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
    case 'fold':
      return term.attrs.fn
    case 'rowStatistics':
      return term.attrs.kind === 'merge' ? 'statistics, merged' : 'statistics'
    default:
      return term.op
  }
}

function prologue(program: Program, members: readonly Term[]): string[] {
  const isNorm = members.some(({ inputs }) => inputs.some((id) => readsStatistics(program, id)))
  const others = members.filter((term) => term.op === 'unary' || !isNorm)
  return [...(isNorm ? ['norm folded in'] : []), ...described(program, others)]
}

/** In order, repeated words once. */
function described(program: Program, members: readonly Term[]): string[] {
  const isNorm = members.some(({ inputs }) => inputs.some((id) => readsStatistics(program, id)))
  const words = members.map((term) => wordFor(program, term, isNorm)).filter((word) => word !== '')
  return [...new Set(isNorm ? ['norm', ...words] : words)]
}

function wordFor(program: Program, term: Term, isNorm: boolean): string {
  if (term.op === 'unary') return term.attrs.fn
  if (term.op !== 'binary') return term.op
  const { fn } = term.attrs
  const inputs = term.inputs.map((id) => program.terms[id])
  if (isNorm && inputs.some(({ id }) => readsStatistics(program, id))) return ''
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
