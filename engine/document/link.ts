/**
 * A design as the part of an address behind the #, which never leaves the browser:
 *
 *     #v1.<base64url of: length (LEB128) and its check byte, CRC-32 (4 bytes), deflate-raw of the compact document in JSON>
 *
 * Length and checksum are those of the deflated bytes, so that a link that was cut can say how much is missing; the check
 * byte tells a length that was cut off from one that was changed. Deflate starts
 * from the words of linkDictionary.ts. A link once made must open for ever: what version 1 means never changes.
 */
import { deflateSync, Inflate } from 'fflate'
import { DocumentError } from '../errors'
import { base64UrlLength, fromBase64Url, toBase64Url } from './base64url'
import { compact, expand } from './compact'
import { crc32 } from './crc32'
import { linkDictionary } from './linkDictionary'
import { migrateDocument, migrateModules, moduleVersions } from './migrate'
import { parseJson } from './parse'
import type { Document } from './types'
import { validateDocument, validateVersions } from './validate'

const prefix = '#v1.'
const mostBytes = 1_000_000
const dictionary = new TextEncoder().encode(linkDictionary)

export interface LinkOptions {
  /** Where nodes lie on the canvas; without, the reader's page lays the design out itself. */
  readonly positions?: boolean
}

export function encodeLink(document: Document, { positions = true }: LinkOptions = {}): string {
  const text = JSON.stringify(compact(document, moduleVersions(document), { positions }))
  const payload = deflateSync(new TextEncoder().encode(text), { level: 9, mem: 4, dictionary })
  return prefix + toBase64Url(Uint8Array.from([...header(payload), ...payload]))
}

/** Whether an address is meant to hold a design, sound or not. */
export const isLink = (address: string): boolean => /^v\d+\./.test(fragmentOf(address))

/** The design in an address or its part behind the #. Throws DocumentError: LINK_CUT, LINK_NEWER, LINK_BAD or what is wrong in it. */
export function decodeLink(address: string): Document {
  const fragment = fragmentOf(address)
  const version = /^v(\d+)\./.exec(fragment)?.[1]
  if (version === undefined) throw bad('This is not a link to a design: it does not begin with #v1.')
  if (version !== '1') {
    throw new DocumentError(
      'LINK_NEWER',
      `This link was made with a newer Vertebra (link version ${version}; this one reads up to 1). Reload the page to update.`,
    )
  }
  const stored = expand(parseJson(inflate(unwrap(fragment)), 'link'))
  return migrateModules(validateDocument(migrateDocument(stored)), validateVersions(stored))
}

/** From v1.… on; chat programs like to add punctuation or blanks at the end. */
function fragmentOf(address: string): string {
  const fragment = address.slice(address.lastIndexOf('#') + 1).trim()
  return fragment.replace(/[^A-Za-z0-9_-]+$/, (end) =>
    /^v\d+$/.test(fragment.slice(0, -end.length)) ? end : '',
  )
}

/** LEB128 length, its check byte, big-endian checksum. */
function header(payload: Uint8Array): number[] {
  const bytes: number[] = []
  for (let rest = payload.length; ; rest >>>= 7) {
    if (rest < 128) {
      bytes.push(rest)
      break
    }
    bytes.push((rest & 127) | 128)
  }
  const checksum = crc32(payload)
  return [
    ...bytes,
    checkByte(Uint8Array.from(bytes)),
    checksum >>> 24,
    (checksum >>> 16) & 255,
    (checksum >>> 8) & 255,
    checksum & 255,
  ]
}

const checkByte = (length: Uint8Array): number => crc32(length) & 255

/** The deflated bytes, when all have arrived unchanged. */
function unwrap(fragment: string): Uint8Array {
  const text = fragment.slice(prefix.length - 1)
  const arrived = text.length + prefix.length
  const bytes = fromBase64Url(text)
  if (!bytes) {
    const foreign = /[^A-Za-z0-9_-]/.exec(text)?.[0] ?? ''
    throw changed(`${JSON.stringify(foreign)} cannot be part of it`)
  }
  let length = 0
  let at = 0
  for (; ; at++) {
    const byte = bytes[at]
    if (byte === undefined) throw cut(`only ${count(arrived)} characters arrived`)
    length += (byte & 127) * 128 ** at
    if (byte < 128 || at === 3) break
  }
  const start = at + 6
  const check = bytes[at + 1]
  if (check === undefined) throw cut(`only ${count(arrived)} characters arrived`)
  if (check !== checkByte(bytes.subarray(0, at + 1))) throw changed('its length makes no sense')
  const whole = prefix.length + base64UrlLength(start + length)
  if (arrived < whole) throw cut(`${count(arrived)} of ${count(whole)} characters arrived`)
  if (arrived > whole) {
    throw changed(`it has ${count(arrived)} characters and should have ${count(whole)}`)
  }
  const payload = bytes.subarray(start, start + length)
  const checksum = bytes.subarray(at + 2, start).reduce((number, byte) => number * 256 + byte, 0)
  if (crc32(payload) !== checksum) {
    throw changed('its checksum does not fit')
  }
  return payload
}

/** Inflates piece by piece, so that a small link cannot fill the memory. */
function inflate(payload: Uint8Array): string {
  const pieces: Uint8Array[] = []
  let total = 0
  let isDone = false
  const stream = new Inflate({ dictionary }, (piece, isLast) => {
    total += piece.length
    if (total > mostBytes)
      throw new DocumentError('TOO_LARGE', 'This link unpacks to more than 1 MB; it is not opened.')
    pieces.push(piece.slice())
    isDone ||= isLast
  })
  try {
    const step = 512
    for (let from = 0; from < payload.length; from += step) {
      stream.push(payload.slice(from, from + step), from + step >= payload.length)
    }
  } catch (error) {
    if (error instanceof DocumentError) throw error
    throw bad('This link holds something else than a design.')
  }
  if (!isDone) throw bad('This link holds something else than a design.')
  const all = new Uint8Array(total)
  let at = 0
  for (const piece of pieces) {
    all.set(piece, at)
    at += piece.length
  }
  return new TextDecoder().decode(all)
}

const count = (number: number): string => number.toLocaleString('en-US')
const bad = (sentence: string): DocumentError => new DocumentError('LINK_BAD', sentence)
const cut = (how: string): DocumentError =>
  new DocumentError('LINK_CUT', `This link is cut: ${how}. Ask for the whole link, or for the file.`)
const changed = (how: string): DocumentError =>
  bad(`This link was changed on the way: ${how}. Ask for the link again, or for the file.`)
