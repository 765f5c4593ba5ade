/** A plan as text, for people and for tests: one line per step. */
import type { Spec } from '../kernels/spec'
import { printBytes } from './memory'
import type { Plan, Step } from './plan'

export function printPlan(plan: Plan): string {
  const { weightBytes, activationBytes, largestCopy } = plan.memory
  const copy = largestCopy
    ? `, largest copy ${printBytes(largestCopy.bytes)} in ${largestCopy.label || 'the design'}`
    : ''
  return [
    `prepare: ${plan.prepare.length} steps`,
    ...plan.prepare.map((step) => `  ${printStep(step)}`),
    `forward: ${plan.steps.length} steps`,
    ...plan.steps.map((step) => `  ${printStep(step)}`),
    `weights ${printBytes(weightBytes)}, activations ${printBytes(activationBytes)}${copy}`,
  ].join('\n')
}

/** `blocks.0/mlp/fc1: gemm 1×197×768×192, norm folded in, + bias, gelu`. */
export function printStep({ spec, label, scopes }: Step): string {
  const [name, ...rest] = label.split(', ')
  const what = [`${name} ${sizesOf(spec)}`, ...rest].join(', ')
  return scopes[0] ? `${scopes[0]}: ${what}` : what
}

function sizesOf(spec: Spec): string {
  switch (spec.family) {
    case 'gemm':
      return [spec.batch, spec.m, spec.n, spec.k].join('×')
    case 'attention':
    case 'attentionLogSum':
    case 'attentionGradient':
      return [...spec.q.view.shape.slice(0, 3), spec.k.view.shape[2], spec.q.view.shape[3]].join('×')
    case 'rowStatistics':
    case 'softmax':
    case 'reduce':
      return spec.x.view.shape.join('×')
    default:
      return spec.out.view.shape.join('×')
  }
}
