/**
 * Shaders are complete WGSL files. To specialise one is to replace top-level declarations by others of the same name:
 * `const ROWS = 4u;` by `const ROWS = 8u;`, `fn epilogue(...)` by another function. There is no placeholder language, so
 * every file in shaders/ compiles as it lies there and every result can be read.
 */
import { KernelError } from '../errors'

/** By name; the text must itself declare that name, and may bring further declarations along. */
export interface Replacements {
  readonly [name: string]: string
}

export interface Declaration {
  readonly keyword: 'alias' | 'const' | 'fn' | 'override' | 'struct' | 'var'
  readonly name: string
  /** From the first attribute to the closing `;` or `}`. */
  readonly start: number
  readonly end: number
}

/** `source` with each named declaration replaced. Throws KernelError when the file has no declaration of that name. */
export function specialise(source: string, replacements: Replacements): string {
  const inFile = declarations(source)
  const edits = Object.entries(replacements).map(([name, text]) => {
    const found = inFile.find((declaration) => declaration.name === name)
    if (!found) throw new KernelError(missing(name, inFile))
    if (!declarations(text).some((declaration) => declaration.name === name))
      throw new KernelError(
        `internal: the replacement for '${name}' does not declare '${name}': ${firstLine(text)}`,
      )
    return { ...found, text }
  })
  let result = source
  for (const { start, end, text } of edits.sort((a, b) => b.start - a.start))
    result = result.slice(0, start) + text + result.slice(end)
  return result
}

/** The top-level declarations of a WGSL file, in order. Directives (`enable`, `requires`, `diagnostic`) are passed over. */
export function declarations(source: string): readonly Declaration[] {
  const text = withoutComments(source)
  const found: Declaration[] = []
  let at = skipSpace(text, 0)
  while (at < text.length) {
    const end = endOfDeclaration(text, at)
    const words = /^(?:@\w+\s*(?:\([^)]*\))?\s*)*(\w+)(?:\s*<[^>]*>)?\s+(\w+)/.exec(text.slice(at, end))
    if (words) {
      const [, keyword, name] = words
      if (isKeyword(keyword) && name) found.push({ keyword, name, start: at, end })
    }
    at = skipSpace(text, end)
  }
  return found
}

/** Comments become spaces, so that positions stay. */
export function withoutComments(source: string): string {
  return source.replace(/\/\/[^\n]*|\/\*[\s\S]*?\*\//g, (comment) => comment.replace(/[^\n]/g, ' '))
}

/** The position after the bracket that closes the one at `open`. */
export function afterBracket(text: string, open: number): number {
  let depth = 0
  for (let at = open; at < text.length; at++) {
    if ('([{'.includes(text.charAt(at))) depth++
    else if (')]}'.includes(text.charAt(at)) && --depth === 0) return at + 1
  }
  throw new KernelError(`internal: a bracket is never closed: ${firstLine(text.slice(open))}`)
}

function endOfDeclaration(text: string, start: number): number {
  for (let at = start; at < text.length; at++) {
    const letter = text.charAt(at)
    if (letter === ';') return at + 1
    if (letter === '(' || letter === '[') at = afterBracket(text, at) - 1
    if (letter === '{') return afterBracket(text, at)
  }
  throw new KernelError(`internal: a declaration never ends: ${firstLine(text.slice(start))}`)
}

function skipSpace(text: string, from: number): number {
  let at = from
  while (at < text.length && /[\s;]/.test(text.charAt(at))) at++
  return at
}

function isKeyword(word: string | undefined): word is Declaration['keyword'] {
  return ['alias', 'const', 'fn', 'override', 'struct', 'var'].includes(word ?? '')
}

function missing(name: string, inFile: readonly Declaration[]): string {
  const names = inFile.map((declaration) => declaration.name).join(', ')
  return `internal: the shader declares no '${name}' to replace; it declares ${names || 'nothing'}.`
}

function firstLine(text: string): string {
  return text.trim().split('\n', 1)[0] ?? ''
}
