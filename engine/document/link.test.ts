import fc from 'fast-check'
import { deflateSync } from 'fflate'
import { expect, test } from 'vitest'
import { DocumentError } from '../errors'
import { findPreset, presets } from '../presets'
import { base64UrlLength, fromBase64Url, toBase64Url } from './base64url'
import { crc32 } from './crc32'
import { decodeLink, encodeLink, isLink } from './link'
import { linkDictionary } from './linkDictionary'
import { setFrozen } from './nodes'
import { emptyDocument } from './serialize'
import { arbitraryDocument } from './testing/arbitraryDocument'
import type { Document } from './types'

const presetDocument = (id: string): Document => {
  const preset = findPreset(id)
  if (!preset) throw new Error(`no preset ${id}`)
  return preset.document
}

/** What a link is refused with. */
function refusal(link: string): { code: string; message: string } {
  try {
    decodeLink(link)
  } catch (error) {
    if (error instanceof DocumentError) return { code: error.code, message: error.message }
    throw error
  }
  throw new Error('the link was opened')
}

test('a link opens to the identical document', () => {
  fc.assert(
    fc.property(arbitraryDocument, (document) => {
      expect(decodeLink(encodeLink(document))).toEqual(document)
    }),
    { numRuns: 300 },
  )
})

test('frozen nodes stay frozen in a link', () => {
  const caformer = presetDocument('caformer_s18')
  const frozen = setFrozen(caformer, [['stem'], ['stages.1']], true)
  expect(decodeLink(encodeLink(frozen))).toEqual(frozen)
  expect(setFrozen(frozen, [['stem'], ['stages.1']], false)).toEqual(caformer)
})

test('every preset opens from its link', () => {
  for (const { document } of presets) expect(decodeLink(encodeLink(document))).toEqual(document)
})

test('links of CAFormer-S18 and ViT-S are short', () => {
  expect(encodeLink(presetDocument('caformer_s18'), { positions: false }).length).toBeLessThan(300)
  expect(encodeLink(presetDocument('vit_small_patch16_224'), { positions: false }).length).toBeLessThan(200)
})

test('a link without positions opens to the document without positions', () => {
  const placed = {
    ...emptyDocument(),
    graph: {
      nodes: [{ type: 'module', id: 'a', module: 'identity', attrs: {}, position: { x: 4, y: 2.5 } }],
      edges: [],
    },
  } as const
  const [node] = decodeLink(encodeLink(placed, { positions: false })).graph.nodes
  expect(node).toStrictEqual({ type: 'module', id: 'a', module: 'identity', attrs: {} })
  expect(decodeLink(encodeLink(placed))).toStrictEqual(placed)
})

test('links that were once made open for ever', () => {
  // Made on 20 November 2026. If this fails, old links are broken: undo the change, do not change the link.
  const chain = decodeLink('#v1.MCE4xRF0i1Zyz88B1olAY4DJBikRYpaHlsB2GbyHBWw7wCsjXIUF3HJQIx3SXQOGOzBoYmMB')
  expect(chain).toStrictEqual(goldenChain)
  expect(
    decodeLink(
      '#v1.vwEe8skAt4tWCs8sAg5eFB9eAho--TB_2RYlnWhLMx1gwxKUbkDZG5S0gCnMAEgZAJ0K5YIE0B2i5ATiKDiCXAtyklPO4W3AAQNYNwPoHmAPTNfQSM9UxwRoHKgrZgBM76Ci3RDc10DpcIB7jUpWeaU5ObXg-hLSkUBk9logADmhAtyiK4lMLfHOA4YYPKEhd1QgyQ1mdi3QQKAB4F4DMKEDFRxeqQRqKII6h9C-E2ZzEVTjgFIgzJdW4FgDNUvgdWZsbSwA',
    ),
  ).toStrictEqual(goldenRich)
})

test('the dictionary of version 1 is frozen', () => {
  const bytes = new TextEncoder().encode(linkDictionary)
  expect([bytes.length, crc32(bytes)]).toEqual([4816, 2140678745])
})

test('a cut link says how much of it arrived', () => {
  const link = encodeLink(presetDocument('resnet50'))
  for (const length of [12, 60, link.length - 1]) {
    const { code, message } = refusal(link.slice(0, length))
    expect(code).toBe('LINK_CUT')
    expect(message).toBe(
      `This link is cut: ${length} of ${link.length} characters arrived. Ask for the whole link, or for the file.`,
    )
  }
  expect(refusal('#v1.').message).toBe(
    'This link is cut: only 4 characters arrived. Ask for the whole link, or for the file.',
  )
})

test('numbers above a thousand are written with commas', () => {
  const nodes = Array.from({ length: 150 }, (_, index) => ({
    type: 'module' as const,
    id: `n_${(index * 7919 * index) % 9973}_${index}`,
    module: 'identity',
    attrs: {},
  }))
  const link = encodeLink({ ...emptyDocument(), graph: { nodes, edges: [] } })
  expect(link.length).toBeGreaterThan(1000)
  expect(refusal(link.slice(0, 1000)).message).toMatch(
    /^This link is cut: 1,000 of \d,\d{3} characters arrived\./,
  )
})

test('any cut or changed letter is noticed', () => {
  const link = encodeLink(presetDocument('caformer_s18'))
  fc.assert(
    fc.property(
      fc.integer({ min: 4, max: link.length - 1 }),
      fc.constantFrom('A', 'z', '0', '_'),
      (at, letter) => {
        expect(refusal(link.slice(0, at)).code).toBe('LINK_CUT')
        if (link[at] === letter) return
        const changed = link.slice(0, at) + letter + link.slice(at + 1)
        try {
          // The last letter may hold bits that no byte uses.
          expect(decodeLink(changed)).toStrictEqual(decodeLink(link))
          expect(at).toBe(link.length - 1)
        } catch (error) {
          if (!(error instanceof DocumentError)) throw error
          expect(['LINK_CUT', 'LINK_BAD']).toContain(error.code)
        }
      },
    ),
  )
})

test('a link that is too long or was changed says so', () => {
  const link = encodeLink(presetDocument('vit_tiny_patch16_224'))
  expect(refusal(`${link}AAAA`).message).toMatch(
    /^This link was changed on the way: it has \d+ characters and should have \d+\./,
  )
  expect(refusal(link.toLowerCase()).message).toMatch(/^This link was changed on the way/)
  expect(refusal(`${link.slice(0, 20)}%20${link.slice(20)}`).message).toContain('"%" cannot be part of it')
})

test('a whole address opens, and so does one that a chat program put a full stop behind', () => {
  const document = presetDocument('vit_tiny_patch16_224')
  const link = encodeLink(document)
  expect(decodeLink(`https://example.org/vertebra/${link}`)).toEqual(document)
  expect(decodeLink(`${link}.`)).toEqual(document)
  expect(decodeLink(`${link}) `)).toEqual(document)
  expect(decodeLink(link.slice(1))).toEqual(document)
})

test('a newer link asks for a reload', () => {
  expect(refusal('#v2.abc')).toEqual({
    code: 'LINK_NEWER',
    message:
      'This link was made with a newer Vertebra (link version 2; this one reads up to 1). Reload the page to update.',
  })
})

test('other text is not a link', () => {
  expect(refusal('#section-2').code).toBe('LINK_BAD')
  expect(refusal('').message).toBe('This is not a link to a design: it does not begin with #v1.')
  expect(['#v1.abc', 'v2.x', 'https://e.org/#v1.'].map(isLink)).toEqual([true, true, true])
  expect(['#about', '', '#version'].map(isLink)).toEqual([false, false, false])
})

/** A sound link around any bytes. */
function wrapped(payload: Uint8Array): string {
  const checksum = crc32(payload)
  const length: number[] = []
  for (let rest = payload.length; ; rest >>>= 7) {
    length.push(rest < 128 ? rest : (rest & 127) | 128)
    if (rest < 128) break
  }
  const check = crc32(Uint8Array.from(length)) & 255
  const head = [
    ...length,
    check,
    checksum >>> 24,
    (checksum >>> 16) & 255,
    (checksum >>> 8) & 255,
    checksum & 255,
  ]
  return `#v1.${toBase64Url(Uint8Array.from([...head, ...payload]))}`
}
const packed = (text: string) =>
  wrapped(
    deflateSync(new TextEncoder().encode(text), { dictionary: new TextEncoder().encode(linkDictionary) }),
  )

test('a small link that unpacks to a lot is refused before it fills the memory', () => {
  const link = packed(' '.repeat(50_000_000))
  expect(link.length).toBeLessThan(70_000)
  expect(refusal(link).code).toBe('TOO_LARGE')
})

test('sound links with nonsense inside are refused with a sentence', () => {
  const inside = [
    '',
    '{}',
    '[]',
    '[1]',
    '["x",224]',
    '["x",224,[0,["a"]]]',
    '["x",224,[[1000000000]]]',
    '["x",224,[0],[]]',
    '["x",224,[[[5,6]]]]',
    'not json',
  ]
  for (const text of inside) {
    const { message } = refusal(packed(text))
    expect(message).toMatch(/^[A-Z].*\.$/)
  }
})

test('random bytes never do more than be refused', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      expect(refusal(wrapped(bytes)).message).toMatch(/\.$/)
    }),
  )
  fc.assert(
    fc.property(fc.json(), (text) => {
      try {
        decodeLink(packed(text))
      } catch (error) {
        expect(error).toBeInstanceOf(DocumentError)
      }
    }),
  )
})

test('base64url and its inverse', () => {
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      const text = toBase64Url(bytes)
      expect(text).toBe(Buffer.from(bytes).toString('base64url'))
      expect(text.length).toBe(base64UrlLength(bytes.length))
      expect(fromBase64Url(text)).toEqual(bytes)
    }),
  )
})

test('crc32 of the usual check text', () => {
  expect(crc32(new TextEncoder().encode('123456789'))).toBe(0xcbf43926)
})

const goldenChain: Document = {
  format: 'vertebra',
  version: 1,
  name: 'Golden',
  input: { height: 32, width: 32, channels: 3 },
  graph: {
    nodes: [
      { type: 'module', id: 'stem', module: 'patchStem', attrs: { dim: 96, patchSize: 4 } },
      { type: 'module', id: 'norm', module: 'layerNorm', attrs: {} },
      { type: 'module', id: 'head', module: 'poolHead', attrs: { classes: 10 } },
    ],
    edges: [
      { from: '$in', to: 'stem' },
      { from: 'stem', to: 'norm' },
      { from: 'norm', to: 'head' },
      { from: 'head', to: '$out' },
    ],
  },
  definitions: {},
}

const goldenRich: Document = {
  format: 'vertebra',
  version: 1,
  name: 'Wirbelsäule 🦴',
  input: { height: 96, width: 64, channels: 1 },
  graph: {
    nodes: [
      {
        type: 'group',
        id: 'blocks.0',
        title: 'Blöcke',
        key: '',
        position: { x: -12.5, y: 40 },
        bypassed: false,
        repeat: 3,
        use: 'Block A',
        overrides: { '1': { a: { attrs: { heads: null }, module: 'attention' } } },
      },
      {
        type: 'module',
        id: 'x',
        module: 'notYetKnown',
        attrs: { act: { module: 'gelu', attrs: {} }, on: true, s: 'é' },
        keys: { conv: '0', norm: '' },
        bypassed: true,
      },
    ],
    edges: [
      { from: 'x', to: '$out' },
      { from: '$in', to: 'blocks.0' },
      { from: 'blocks.0', to: 'x', port: 2 },
      { from: '$in', to: 'x', port: 0 },
    ],
  },
  definitions: {
    'Block A': {
      nodes: [{ type: 'module', id: 'a', module: 'pooling', attrs: {} }],
      edges: [
        { from: '$in', to: 'a' },
        { from: 'a', to: '$out' },
      ],
    },
  },
}
