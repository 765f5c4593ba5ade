/** Texts that are not trusted: files, the clipboard, the browser's own storage. */
import * as z from 'zod'
import { DocumentError } from '../errors'
import type { Fragment } from './clipboard'
import { limits } from './limits'
import { migrateDocument, migrateModules } from './migrate'
import { DOCUMENT_VERSION, type Document } from './types'
import {
  bodySchema,
  checkReferences,
  checkShape,
  definitionsSchema,
  validateDocument,
  validateVersions,
} from './validate'

/** The document in a text; throws DocumentError with a sentence that says where it is wrong. */
export function parseDocument(text: string): Document {
  const stored = migrateDocument(parseJson(text, 'design'))
  return migrateModules(validateDocument(stored), validateVersions(stored))
}

/** A fragment from the clipboard; throws DocumentError when the text is something else. */
export function parseFragment(text: string): Fragment {
  const value = parseJson(text, 'piece of a design')
  if (
    typeof value !== 'object' ||
    value === null ||
    (value as { format?: unknown }).format !== 'vertebra-fragment'
  ) {
    throw new DocumentError('DOCUMENT_BAD', 'The clipboard does not hold a piece of a design.')
  }
  const fragment = checkShape(fragmentSchema, value) as Fragment
  const input = { height: 1, width: 1, channels: 1 }
  checkReferences({
    format: 'vertebra',
    version: DOCUMENT_VERSION,
    name: '',
    input,
    graph: fragment.body,
    definitions: fragment.definitions,
  })
  return fragment
}

const fragmentSchema = z.object({
  format: z.literal('vertebra-fragment'),
  version: z.literal(DOCUMENT_VERSION, 'this was copied from another version of Vertebra'),
  body: bodySchema,
  definitions: definitionsSchema,
})

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
