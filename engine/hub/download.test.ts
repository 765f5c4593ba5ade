import { afterEach, expect, test } from 'vitest'
import { aboutOf, type HubServer, startHub, type Trouble } from '../node/testing/hubServer'
import { type DownloadProgress, download } from './download'
import { lookUp } from './lookUp'
import { MemoryFolder } from './testing/memoryFolder'

const name = 'vit_tiny_patch16_224.augreg_in21k'
const bytes = Uint8Array.from({ length: 30_000 }, (_, i) => (i * 2654435761) >>> 11)
const signal = () => new AbortController().signal

let hub: HubServer | null = null
afterEach(async () => {
  await hub?.close()
  hub = null
})

/** The hub, a folder, and a way to ask for the file. */
async function begin(...troubles: Trouble[]) {
  const server = await startHub(name, bytes)
  hub = server
  server.troubles.push(...troubles)
  const folder = new MemoryFolder()
  const file = await lookUp(name, { fetch, hub: server.address }, signal())
  const seen: DownloadProgress[] = []
  const get = (stop = signal()) =>
    download(file, folder, {
      fetch,
      hub: server.address,
      signal: stop,
      onProgress: (progress) => seen.push(progress),
      pause: async () => {},
      patienceMs: 300,
    })
  const here = async () => (await folder.list())[0]
  return { server, folder, file, get, seen, here }
}

test('a file comes with its checksum, and the progress ends at its size', async () => {
  const { file, get, folder, seen, here } = await begin()
  expect(file).toMatchObject({ name, bytes: bytes.length, licence: 'apache-2.0', changed: '2024-02-09' })
  await get()
  expect(await here()).toEqual({ ...file, here: bytes.length, isWhole: true })
  expect(folder.entries.get(name)?.bytes).toEqual(bytes)
  expect(folder.entries.get(name)?.isOpen).toBe(false)
  expect(seen.at(-1)).toMatchObject({ phase: 'arriving', done: bytes.length, total: bytes.length })
})

test.each<[string, Trouble[], (string | undefined)[]]>([
  ['a connection that breaks', [{ kind: 'breaks', after: 10_000 }], [undefined, 'bytes=10000-']],
  ['an answer that ends early', [{ kind: 'short', after: 7 }], [undefined, 'bytes=7-']],
  ['a connection that falls silent', [{ kind: 'silent', after: 100 }], [undefined, 'bytes=100-']],
  [
    'a host that knows no ranges, after a break',
    [{ kind: 'breaks', after: 10_000 }, { kind: 'noRanges' }],
    [undefined, 'bytes=10000-'],
  ],
  [
    'a host that refuses the range, after a break',
    [
      { kind: 'breaks', after: 10_000 },
      { kind: 'status', status: 416 },
    ],
    [undefined, 'bytes=10000-', undefined],
  ],
])('%s is gone on from', async (_, troubles, ranges) => {
  const { server, get, folder, here } = await begin(...troubles)
  await get()
  expect(server.asked).toEqual(ranges)
  expect((await here())?.isWhole).toBe(true)
  expect(folder.entries.get(name)?.bytes).toEqual(bytes)
})

test('what arrived before a failure is kept, checked again, and not fetched twice', async () => {
  const broken = { kind: 'breaks', after: 5000 } as const
  const { server, get, folder, seen, here } = await begin(broken, broken, broken, broken)
  await expect(get()).rejects.toThrow('broke off several times. What has arrived is kept')
  expect(await here()).toMatchObject({ here: 20_000, isWhole: false })
  seen.length = 0
  await get()
  expect(server.asked.at(-1)).toBe('bytes=20000-')
  expect(seen[0]).toMatchObject({ phase: 'checking', done: 20_000 })
  expect(folder.entries.get(name)?.bytes).toEqual(bytes)
})

test('another version of the file does not go on where the last one ended', async () => {
  const { server, file, get, folder } = await begin()
  const older = await folder.open({ ...file, sha256: 'b'.repeat(64) })
  older.append(new Uint8Array(100))
  older.close()
  await get()
  expect(server.asked).toEqual([undefined])
  expect(folder.entries.get(name)?.bytes).toEqual(bytes)
})

test.each<[string, Trouble[], string]>([
  ['with other content', [{ kind: 'otherFile' }], 'its checksum differs'],
  [
    'that changes between two parts',
    [{ kind: 'breaks', after: 9000 }, { kind: 'otherFile' }],
    'its checksum differs',
  ],
  ['that is too long', [{ kind: 'tooMuch' }], 'more arrived than the 30000 bytes'],
  [
    'that has another length by now',
    [{ kind: 'breaks', after: 9000 }, { kind: 'otherLength' }],
    'is another file at huggingface.co now',
  ],
])('a file %s is thrown away with a sentence', async (_, troubles, sentence) => {
  const { get, folder, here } = await begin(...troubles)
  await expect(get()).rejects.toThrow(sentence)
  expect(await here()).toMatchObject({ here: 0, isWhole: false })
  expect(folder.entries.get(name)?.isOpen).toBe(false)
})

test.each([
  [404, 'there are no weights called'],
  [403, 'there are no weights called'],
  [429, 'asked too often'],
  [503, 'status 503; try again later'],
])('status %i becomes a sentence', async (status, sentence) => {
  const { get } = await begin({ kind: 'status', status })
  await expect(get()).rejects.toThrow(sentence)
})

test('a hub that cannot be reached, or may not be asked, is told apart from one that breaks off', async () => {
  const { server, get } = await begin()
  await server.close()
  hub = null
  await expect(get()).rejects.toThrow('sends nothing here')
  await expect(lookUp(name, { fetch, hub: server.address }, signal())).rejects.toThrow('did not answer')
})

test('a download that is stopped keeps what it has and lets go of the file', async () => {
  const { get, folder, here } = await begin({ kind: 'silent', after: 1234 })
  const stop = new AbortController()
  setTimeout(() => stop.abort(), 100)
  await expect(get(stop.signal)).rejects.toThrow()
  expect(await here()).toMatchObject({ here: 1234, isWhole: false })
  expect(folder.entries.get(name)?.isOpen).toBe(false)
})

test.each<[string, unknown, string]>([
  ['no answer of the hub', '<html>', 'a network that asks people to sign in'],
  ['an answer that never ends', 'x'.repeat(1_000_001), 'longer than 1000000 bytes'],
  ['an empty one', {}, 'has no model.safetensors'],
  ['null', null, 'has no model.safetensors'],
  ['a model for which people must sign in', aboutOf(bytes, { gated: 'manual' }), 'asks people to sign in'],
  [
    'a file without a checksum',
    aboutOf(bytes, { siblings: [{ rfilename: 'model.safetensors', size: 5 }] }),
    'no checksum',
  ],
  ['a version that is no version', aboutOf(bytes, { sha: '../../other' }), 'no size or version'],
])('%s becomes a sentence', async (_, about, sentence) => {
  hub = await startHub(name, bytes, about)
  await expect(lookUp(name, { fetch, hub: hub.address }, signal())).rejects.toThrow(sentence)
})

test('only names of timm’s are asked for', async () => {
  for (const wrong of ['', '../x', 'a/b', 'vit?x=1', 'https://elsewhere', 'a.b.c', 'x'.repeat(101)]) {
    await expect(lookUp(wrong, { fetch }, signal())).rejects.toThrow('is no name of timm’s')
  }
})
