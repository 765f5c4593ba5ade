/** Documents as text: files, the clipboard and the browser's own storage. */
import { DocumentError } from '../errors'
import { migrateDocument, migrateModules, moduleVersions } from './migrate'
import { DOCUMENT_VERSION, type Document, IN, OUT } from './types'
import { limits, validateDocument, validateVersions } from './validate'

/** A design with nothing in it: the input, wired to the output. */
export function emptyDocument(name = 'Untitled'): Document {
  return {
    format: 'vertebra',
    version: DOCUMENT_VERSION,
    name,
    input: { height: 224, width: 224, channels: 3 },
    graph: { nodes: [], edges: [{ from: IN, to: OUT }] },
    definitions: {},
  }
}

/** JSON, readable, with the versions of modules whose attributes changed over time. */
export function serializeDocument(document: Document): string {
  const versions = moduleVersions(document)
  const { format, version, ...rest } = document
  return JSON.stringify(
    { format, version, ...(Object.keys(versions).length ? { moduleVersions: versions } : {}), ...rest },
    null,
    1,
  )
}

/** The document in a text; throws DocumentError with a sentence that says where it is wrong. */
export function parseDocument(text: string): Document {
  const stored = migrateDocument(parseJson(text, 'design'))
  return migrateModules(validateDocument(stored), validateVersions(stored))
}

/** JSON.parse for text that is not trusted: size and depth are checked first. */
export function parseJson(text: string, what: string): unknown {
  if (text.length > limits.textBytes) {
    throw new DocumentError(
      'TOO_LARGE',
      `This ${what} has ${(text.length / 1e6).toFixed(1)} MB; up to ${limits.textBytes / 1e6} MB can be opened.`,
    )
  }
  if (depth(text) > limits.textDepth) {
    throw new DocumentError('TOO_LARGE', `This ${what} is nested more than ${limits.textDepth} deep.`)
  }
  try {
    return JSON.parse(text)
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error)
    throw new DocumentError('DOCUMENT_BAD', `This is not a ${what}: the text is not JSON (${detail}).`)
  }
}

/** How deep brackets nest, without building anything. */
function depth(text: string): number {
  let deepest = 0
  let now = 0
  let isString = false
  for (let at = 0; at < text.length; at++) {
    const letter = text[at]
    if (isString) {
      if (letter === '\\') at++
      else if (letter === '"') isString = false
    } else if (letter === '"') isString = true
    else if (letter === '[' || letter === '{') deepest = Math.max(deepest, ++now)
    else if (letter === ']' || letter === '}') now--
  }
  return deepest
}
