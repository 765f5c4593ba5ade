import { expect, test } from 'vitest'
import { type Edge, type GraphBody, IN, OUT } from '../../engine/index'
import { type Stream, streamsOf } from './streams'

/** `in>norm norm>mix mix>add:1 in>add add>out` */
function body(text: string): GraphBody {
  const edges = text.split(' ').map((wire): Edge => {
    const [, from = '', to = '', port = '0'] = /^(\w+)>(\w+)(?::(\d))?$/.exec(wire) ?? []
    const end = (id: string) => (id === 'in' ? IN : id === 'out' ? OUT : id)
    return { from: end(from), to: end(to), ...(port === '0' ? {} : { port: Number(port) }) }
  })
  const ids = new Set(edges.flatMap((edge) => [edge.from, edge.to]).filter((id) => id !== IN && id !== OUT))
  return { nodes: [...ids].map((id) => ({ type: 'module', id, module: 'identity', attrs: {} })), edges }
}

const weight = (id: string) => (id.startsWith('scale') ? 0.1 : 1)
const read = (text: string) => streamsOf(body(text), weight)

/** `[scale | norm mix] add` */
const print = (stream: Stream | null): string | null =>
  stream
    ?.map((link) => (link.kind === 'node' ? link.id : `[${link.branches.map(print).join(' | ')}]`))
    .join(' ') ?? null

test('a chain is one line', () => {
  expect(print(read('in>a a>b b>out').stream)).toBe('a b')
})

test('what leaves the stream and returns at a merge is a rib', () => {
  expect(print(read('in>norm norm>mix mix>add:1 in>add add>out').stream)).toBe('[ | norm mix] add')
})

test('a scale on the shortcut stays on the stream, whichever way is written first', () => {
  expect(print(read('in>norm norm>mix mix>add:1 in>scale scale>add add>out').stream)).toBe(
    '[scale | norm mix] add',
  )
})

test('the shorter way of a projected shortcut carries the stream', () => {
  expect(print(read('in>conv1 conv1>conv2 conv2>add:1 in>proj proj>add add>act act>out').stream)).toBe(
    '[proj | conv1 conv2] add act',
  )
})

test('splits nest', () => {
  expect(print(read('in>a a>b a>c b>inner c>inner:1 inner>add:1 in>add add>out').stream)).toBe(
    '[ | a [b | c] inner] add',
  )
})

test('nodes that lead nowhere, or come from nowhere, are loose', () => {
  const { stream, loose } = read('in>a a>out a>end start>other')
  expect(print(stream)).toBe('a')
  expect(loose).toEqual(['end', 'start', 'other'])
})

test('wires that cross between branches make no stream', () => {
  expect(read('in>a in>b a>x b>x:1 a>y b>y:1 x>sum y>sum:1 sum>out').stream).toBeNull()
})

test('a loop makes no stream and does not hang', () => {
  expect(read('in>a a>b b>a:1 b>out').stream).toBeNull()
})
