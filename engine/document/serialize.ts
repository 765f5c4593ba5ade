/** Documents as text: files, the clipboard and the browser's own storage. */
import { moduleVersions } from './migrate'
import { DOCUMENT_VERSION, type Document, IN, OUT } from './types'

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
