/** One dispatch's shader in the making: a file, what is replaced in it, and the tensors that it binds. */
import { KernelError } from '../errors'
import { partsOf, preludeOf, printExpression } from './expression'
import type { DeviceTraits, Dispatch } from './kernel'
import {
  type Axes,
  address,
  guardedViewStruct,
  indexViewStruct,
  insideGuard,
  viewStruct,
  writeView,
} from './operandText'
import type { Expression, Fused, Operand, TensorId, View } from './spec'
import { type Replacements, specialise } from './specialise'
import type { Uniforms } from './uniforms'
import { unroll } from './unroll'

export type Element = 'f32' | 'vec4f'

/** A storage variable that the file declares; its number is its place in the list. */
export interface Binding {
  readonly name: string
  readonly tensor: TensorId
  readonly access: 'read' | 'read_write'
  readonly element: Element
}

export class Shader {
  private readonly source: string
  private readonly axes: Axes
  private readonly bindings: Binding[]
  private readonly added: Binding[] = []
  private readonly views: { readonly name: string; readonly view: View; readonly step?: number }[] = []
  private readonly expressions: Expression[] = []
  private readonly brought: string[] = []
  private readonly enabled = new Set<string>()
  private readonly replacements: { [name: string]: string } = {}

  constructor(source: string, bindings: readonly Binding[], axes: Axes = 4) {
    this.source = source
    this.axes = axes
    this.bindings = [...bindings]
  }

  /** Replaces a declaration of the file by `text`, which declares the same name. */
  declare(name: string, text: string): this {
    this.replacements[name] = text
    return this
  }

  /** `const NAME = 8u;` */
  constant(name: string, value: number): this {
    return this.declare(name, `const ${name} = ${value}u;`)
  }

  /** Makes an operand readable: an expression that holds its element at the shader's index, after the statements. */
  operand(
    name: string,
    operand: Operand,
  ): { readonly statements: readonly string[]; readonly value: string } {
    const variable = this.bindRead(operand.tensor)
    const { uniform, at } = this.place(name, operand.view)
    const element = `${variable}[${at}]`
    const inside = insideGuard(operand.view, uniform)
    if (inside === null) return { statements: [`let ${name} = ${element};`], value: name }
    return {
      statements: [`var ${name} = ${uniform}.fill;`, `if (${inside}) { ${name} = ${element}; }`],
      value: name,
    }
  }

  /** Keeps a view's numbers in the uniforms, and says where and at which offset lies the element at the shader's index. */
  place(name: string, view: View): { readonly uniform: string; readonly at: string } {
    const uniform = this.addView(name, view)
    const steps = (view.indirect ?? []).map((index, i) => {
      const numbers = this.bindRead(index.tensor)
      const own = this.addView(`${name}Index${i}`, index.view, index.step)
      return `${own}.step * u32(${numbers}[${address(index.view, own)}])`
    })
    return { uniform, at: [address(view, uniform), ...steps].join(' + ') }
  }

  /** Keeps a view's numbers in the uniforms and says where. */
  addView(name: string, view: View, step?: number): string {
    this.views.push({ name, view, ...(step === undefined ? {} : { step }) })
    return `parameters.fused.${name}`
  }

  /** A storage variable for reading a tensor as f32; one that is there already is used again. */
  bindRead(tensor: TensorId, element: Element = 'f32'): string {
    const known = this.all().find(
      (one) => one.tensor === tensor && one.element === element && one.access === 'read',
    )
    if (known) return known.name
    const name = `input${this.all().length}`
    this.added.push({ name, tensor, access: 'read', element })
    return name
  }

  /** Declares `fn epilogue(accumulator: f32, index: vec4u) -> f32` as this expression; a bare accumulator stays as it is. */
  fused(fused: Fused, name = 'epilogue'): this {
    if (fused.expression.kind === 'accumulator') return this
    const used = operandsOf(fused.expression)
    const loads = [...used].map((index) => this.operand(`${name}${index}`, operandAt(fused, index)))
    const { statements, result } = printExpression(fused.expression, {
      accumulator: 'accumulator',
      operand: (index) => `${name}${index}`,
    })
    const further = this.axes === 8 ? ', further: vec4u' : ''
    return this.function(name, `(accumulator: f32, index: vec4u${further}) -> f32`, [
      ...loads.flatMap((load) => load.statements),
      ...statements,
      `return ${result};`,
    ]).needs(fused.expression)
  }

  /** Declares a function from its statements. */
  function(name: string, signature: string, statements: readonly string[]): this {
    return this.declare(
      name,
      `fn ${name}${signature} {\n${statements.map((line) => `  ${line}\n`).join('')}}`,
    )
  }

  /** Brings along the functions that an expression calls. */
  needs(expression: Expression): this {
    this.expressions.push(expression)
    return this
  }

  /** Asks for an extension of the language: `enable subgroups;`. */
  enable(extension: 'subgroups'): this {
    this.enabled.add(extension)
    return this
  }

  /** Adds a declaration that the file does not have. */
  bring(text: string): this {
    this.brought.push(text)
    return this
  }

  /** The numbers of all views, after the fields of the family. */
  writeViews(uniforms: Uniforms): Uniforms {
    uniforms.align()
    for (const { view, step } of this.views) writeView(uniforms, view, this.axes, step)
    return this.views.length ? uniforms : uniforms.integers(0, 0, 0, 0)
  }

  /** The finished text and its bindings, checked against the device. */
  finish(device: DeviceTraits): Pick<Dispatch, 'source' | 'bindings'> {
    const all = this.all()
    const most = device.limits.maxStorageBuffersPerShaderStage
    if (all.length > most)
      throw new KernelError(
        `a fused kernel reads ${all.length} tensors, this device binds ${most}: fuse less into it.`,
      )
    const replacements: Record<string, string> = { ...this.replacements }
    for (const [number, { name, access, element }] of this.bindings.entries())
      replacements[name] = variable(number, name, access, element)
    const extras = this.extras()
    if (extras) replacements.Fused = extras
    return {
      source:
        [...this.enabled].map((name) => `enable ${name};\n`).join('') + textOf(this.source, replacements),
      bindings: all.map(({ tensor, access }) => ({ tensor, access })),
    }
  }

  /** `struct Fused` with what goes along with it: structs, storage variables and functions. */
  private extras(): string {
    const prelude = preludeOf(this.expressions)
    if (this.views.length + this.added.length + this.brought.length === 0 && prelude === '') return ''
    const structs = this.views.map(({ view, step }) => viewStruct(view, step))
    const fields = this.views.map(({ name }, i) => `${name}: ${structs[i]}`)
    return [
      ...(structs.includes('GuardedView') ? [guardedViewStruct(this.axes)] : []),
      ...(structs.includes('IndexView') ? [indexViewStruct(this.axes)] : []),
      `struct Fused { ${fields.length ? fields.join(', ') : 'none: vec4u'} }`,
      ...this.added.map(({ name, access, element }, index) =>
        variable(this.bindings.length + index, name, access, element),
      ),
      ...(prelude ? [prelude] : []),
      ...this.brought,
    ].join('\n')
  }

  private all(): readonly Binding[] {
    return [...this.bindings, ...this.added]
  }
}

/** Indices of the operands that an expression reads, in the order of the list. */
export function operandsOf(expression: Expression): ReadonlySet<number> {
  const indices = [...partsOf([expression])].flatMap((part) => (part.kind === 'operand' ? [part.index] : []))
  return new Set(indices)
}

export function operandAt(fused: Fused, index: number): Operand {
  const operand = fused.operands[index]
  if (!operand)
    throw new KernelError(`internal: an expression reads operand ${index} of ${fused.operands.length}.`)
  return operand
}

function variable(number: number, name: string, access: Binding['access'], element: Element): string {
  return `@group(0) @binding(${number}) var<storage, ${access}> ${name}: array<${element}>;`
}

const texts = new Map<string, string>()
const TEXTS_KEPT = 1000

/** The same replacements give the same text: a network asks for a few texts many times over. */
function textOf(source: string, replacements: Replacements): string {
  const key = source + JSON.stringify(replacements)
  const known = texts.get(key)
  if (known !== undefined) return known
  const text = unroll(specialise(source, replacements))
  if (texts.size >= TEXTS_KEPT) texts.clear()
  texts.set(key, text)
  return text
}
