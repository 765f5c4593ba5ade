/**
 * Reads the Python expression that built a reference model: names, numbers, strings, lists and constructor calls.
 * Only what golden cases use: `ResNet(BasicBlock,[2,1,1,1],num_classes=10)`, `[A]*2+[B]*2`, `4*2/3`, `partial(F,eps=1e-6)`.
 */
export type Python =
  | { readonly kind: 'value'; readonly value: number | string | boolean | null }
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'list'; readonly items: readonly Python[] }
  | PythonCall

export interface PythonCall {
  readonly kind: 'call'
  /** The last part of a dotted name: `nn.Identity` is `Identity`. */
  readonly name: string
  readonly args: readonly Python[]
  readonly options: ReadonlyMap<string, Python>
}

/** The call at the beginning of `text`; remarks after it are not read. Null when it is not one that we can read. */
export function parsePythonCall(text: string): PythonCall | null {
  const reader = new Reader(text)
  const call = reader.sum()
  return call?.kind === 'call' && reader.isAtRemark() ? call : null
}

class Reader {
  private readonly text: string
  private at = 0

  constructor(text: string) {
    this.text = text
  }

  /** Whatever follows the expression does not go on with it. */
  isAtRemark(): boolean {
    return /^\s*($|[^\s.+*([])/.test(this.text.slice(this.at))
  }

  /** One value, or `this if False else that`. */
  private expression(): Python | null {
    const value = this.sum()
    return this.match(/\s*if False else\s/y) ? this.sum() : value
  }

  /** `list + list`. */
  sum(): Python | null {
    let left = this.product()
    while (left && this.eat('+')) {
      const right = this.product()
      left = left.kind === 'list' && right?.kind === 'list' ? listOf([...left.items, ...right.items]) : null
    }
    return left
  }

  /** `list * number`, or numbers that are multiplied and divided. */
  private product(): Python | null {
    let left = this.term()
    while (left) {
      const isProduct = this.eat('*')
      if (!isProduct && !this.eat('/')) return left
      left = combined(left, this.term(), isProduct)
    }
    return null
  }

  private term(): Python | null {
    const quoted = this.match(/'([^']*)'/y)
    if (quoted) return { kind: 'value', value: quoted[1] ?? '' }
    const number = this.match(/-?\d+\.?\d*(e-?\d+)?/y)
    if (number) return { kind: 'value', value: Number(number[0]) }
    if (this.eat('[')) return this.list(']')
    if (this.eat('(')) return this.list(')')
    const dotted = this.match(/[A-Za-z_][\w.]*/y)
    if (!dotted) return null
    const name = dotted[0].split('.').at(-1) ?? ''
    if (Object.hasOwn(constants, name)) return { kind: 'value', value: constants[name] ?? null }
    if (!this.eat('(')) return { kind: 'name', name }
    const call = this.call(name)
    // `__import__('timm.layers').Mlp` names what it looks up.
    const member = call && this.match(/\.([A-Za-z_]\w*)/y)
    return member ? { kind: 'name', name: member[1] ?? '' } : call
  }

  private list(end: string): Python | null {
    const items: Python[] = []
    while (!this.eat(end)) {
      const item = this.expression()
      if (!item) return null
      items.push(item)
      this.eat(',')
    }
    return listOf(items)
  }

  private call(name: string): PythonCall | null {
    const args: Python[] = []
    const options = new Map<string, Python>()
    while (!this.eat(')')) {
      const isSpread = this.eat('**')
      const option = this.match(/(\w+)\s*=/y)
      const value = this.expression()
      if (!value) return null
      if (isSpread) options.set('**', value)
      else if (option) options.set(option[1] ?? '', value)
      else args.push(value)
      this.eat(',')
    }
    return { kind: 'call', name, args, options }
  }

  private eat(symbol: string): boolean {
    this.match(/\s*/y)
    if (!this.text.startsWith(symbol, this.at)) return false
    this.at += symbol.length
    return true
  }

  private match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.at
    while (this.text[pattern.lastIndex] === ' ') pattern.lastIndex++
    const found = pattern.exec(this.text)
    if (found) this.at = pattern.lastIndex
    return found
  }
}

function combined(left: Python, right: Python | null, isProduct: boolean): Python | null {
  if (right?.kind !== 'value' || typeof right.value !== 'number') return null
  if (left.kind === 'list' && isProduct)
    return listOf(Array.from({ length: right.value }, () => left.items).flat())
  if (left.kind !== 'value' || typeof left.value !== 'number') return null
  return { kind: 'value', value: isProduct ? left.value * right.value : left.value / right.value }
}

const constants: { readonly [name: string]: boolean | null } = { None: null, True: true, False: false }
const listOf = (items: readonly Python[]): Python => ({ kind: 'list', items })
