/**
 * Writes out the loops of a shader whose bounds are constants of the file, and turns local arrays that are then indexed by
 * numbers only into separate variables.
 *
 * Drivers of GPUs and Mesa do this themselves. SwiftShader does not, and keeps every array in memory: a register tile of
 * 8x8 runs at 1.8 GFLOP/s in loops and at 5.9 written out (Chromium 156, two cores, Nov 2026).
 */
import { KernelError } from '../errors'
import { afterBracket, declarations, withoutComments } from './specialise'

const loop = /\bfor\s*\(\s*var\s+(\w+)\s*=\s*0u\s*;\s*\1\s*<\s*([^;]+?)\s*;\s*\1\+\+\s*\)\s*\{/g

/** `source` without comments in its functions, its constant loops written out. */
export function unroll(source: string): string {
  const constants = constantsOf(source)
  let result = source
  for (const declaration of [...declarations(source)].reverse()) {
    if (declaration.keyword !== 'fn') continue
    const body = withoutComments(source).slice(declaration.start, declaration.end)
    const written = separateArrays(writeOut(body, constants), constants)
    result = result.slice(0, declaration.start) + tidy(written) + result.slice(declaration.end)
  }
  return result
}

/** The value of an expression of numbers and named constants (unsigned integers), or null. */
export function constantValue(expression: string, constants: ReadonlyMap<string, number>): number | null {
  const words = expression.match(/[A-Za-z_]\w*|\d+u?|[-+*/%()]|\S/g) ?? []
  let at = 0
  const value = sum()
  return at === words.length ? value : null

  function sum(): number | null {
    let left = product()
    while (words[at] === '+' || words[at] === '-') {
      const sign = words[at++] === '+' ? 1 : -1
      const right = product()
      left = left === null || right === null ? null : left + sign * right
    }
    return left
  }

  function product(): number | null {
    let left = atom()
    while (words[at] === '*' || words[at] === '/' || words[at] === '%') {
      const operator = words[at++]
      const right = atom()
      if (left === null || right === null || (operator !== '*' && right === 0)) left = null
      else if (operator === '*') left *= right
      else left = operator === '/' ? Math.trunc(left / right) : left % right
    }
    return left
  }

  function atom(): number | null {
    const word = words[at++]
    if (word === undefined) return null
    if (/^\d+u?$/.test(word)) return Number.parseInt(word, 10)
    if (word === 'min' || word === 'max') return extreme(word)
    if (word !== '(') return constants.get(word) ?? null
    const inner = sum()
    return words[at++] === ')' ? inner : null
  }

  function extreme(name: 'min' | 'max'): number | null {
    if (words[at++] !== '(') return null
    const first = sum()
    if (words[at++] !== ',') return null
    const second = sum()
    if (words[at++] !== ')' || first === null || second === null) return null
    return Math[name](first, second)
  }
}

/** The unsigned constants that a file declares at its top, also those made of earlier ones. */
function constantsOf(source: string): ReadonlyMap<string, number> {
  const constants = new Map<string, number>()
  for (const { keyword, name, start, end } of declarations(source)) {
    if (keyword !== 'const') continue
    const value = constantValue(source.slice(source.indexOf('=', start) + 1, end - 1), constants)
    if (value !== null) constants.set(name, value)
  }
  return constants
}

function writeOut(text: string, constants: ReadonlyMap<string, number>): string {
  let result = ''
  let from = 0
  for (const found of text.matchAll(loop)) {
    if (found.index < from) continue
    const [head, name = '', bound = ''] = found
    const count = constantValue(bound, constants)
    const open = found.index + head.length - 1
    const end = afterBracket(text, open)
    const body = text.slice(open + 1, end - 1)
    result += text.slice(from, found.index)
    result += count === null ? `${head}${writeOut(body, constants)}}` : copies(body, name, count, constants)
    from = end
  }
  return result + text.slice(from)
}

function copies(body: string, name: string, count: number, constants: ReadonlyMap<string, number>): string {
  const word = new RegExp(`\\b${name}\\b`, 'g')
  const copy = (index: number) => writeOut(body.replace(word, `${index}u`), constants)
  const isBlock = /\b(let|var)\b/.test(body)
  return Array.from({ length: count }, (_, index) => (isBlock ? `{${copy(index)}}` : copy(index))).join('\n')
}

/** `var c: array<array<f32, 2>, 3>;` becomes c_0_0, c_0_1 ... when every use of c has two constant indices. */
function separateArrays(text: string, constants: ReadonlyMap<string, number>): string {
  let result = text
  // Inner scopes repeat a name when their loop was written out: the first match is handled with all its namesakes.
  const done = new Set<string>()
  for (const [, name = '', type = ''] of text.matchAll(/\bvar\s+(\w+)\s*:\s*(array<[^;=]*>)\s*;/g)) {
    if (done.has(name)) continue
    done.add(name)
    const { element, sizes } = arrayType(type, constants)
    if (element) result = separate(result, name, element, sizes, constants) ?? result
  }
  return result
}

function separate(
  text: string,
  name: string,
  element: string,
  sizes: readonly number[],
  constants: ReadonlyMap<string, number>,
): string | null {
  const declaration = new RegExp(`\\bvar\\s+${name}\\s*:\\s*array<[^;=]*>\\s*;`, 'y')
  const word = new RegExp(`(?<![\\w.])${name}\\b`, 'g')
  const declared = /\bvar\s+$/
  const names = allIndices(sizes).map((indices) => [name, ...indices].join('_'))
  // Written out because a variable without a value, declared in a loop, keeps its last one in Dawn 0.6.2 on Vulkan.
  const variables = names.map((one) => `var ${one} = ${element}();`).join(' ')
  let result = ''
  let from = 0
  for (let found = word.exec(text); found; found = word.exec(text)) {
    const before = declared.exec(text.slice(0, found.index))
    if (before) {
      declaration.lastIndex = before.index
      const whole = declaration.exec(text)
      if (!whole) return null
      result += text.slice(from, before.index) + variables
      from = before.index + whole[0].length
    } else {
      const indices: number[] = []
      let at = found.index + name.length
      for (const size of sizes) {
        if (text.charAt(at) !== '[') return null
        const end = afterBracket(text, at)
        const index = constantValue(text.slice(at + 1, end - 1), constants)
        if (index === null) return null
        if (index >= size)
          throw new KernelError(`internal: ${name}[${index}] lies outside of its ${size} elements.`)
        indices.push(index)
        at = end
      }
      result += text.slice(from, found.index) + [name, ...indices].join('_')
      from = at
    }
    word.lastIndex = from
  }
  return result + text.slice(from)
}

function arrayType(
  type: string,
  constants: ReadonlyMap<string, number>,
): { element: string | null; sizes: readonly number[] } {
  const sizes: number[] = []
  let element = type
  for (;;) {
    const parts = /^array<(.*),\s*([^,<>]+)>$/s.exec(element.trim())
    if (!parts) return { element: sizes.length ? element : null, sizes }
    const size = constantValue(parts[2] ?? '', constants)
    if (size === null) return { element: null, sizes }
    sizes.push(size)
    element = parts[1] ?? ''
  }
}

function allIndices(sizes: readonly number[]): readonly (readonly number[])[] {
  return sizes.reduce<number[][]>(
    (all, size) => all.flatMap((indices) => Array.from({ length: size }, (_, index) => [...indices, index])),
    [[]],
  )
}

/** Empty lines, which replaced comments leave behind, go. */
function tidy(text: string): string {
  return text.replace(/[ \t]+$/gm, '').replace(/\n{2,}/g, '\n')
}
