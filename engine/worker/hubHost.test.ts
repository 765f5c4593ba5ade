import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { HubReply } from '../hub/protocol'
import { MemoryFolder } from '../hub/testing/memoryFolder'
import { type HubServer, startHub } from '../node/testing/hubServer'
import { HubHost } from './hubHost'

const name = 'vit_small_patch8_224.dino'
const bytes = Uint8Array.from({ length: 20_000 }, (_, i) => (i * 2654435761) >>> 11)

let server: HubServer
let folder: MemoryFolder
let replies: HubReply[]
let asked: string[]
let free: number
let host: HubHost

beforeEach(async () => {
  server = await startHub(name, bytes)
  folder = new MemoryFolder()
  replies = []
  asked = []
  free = 1e9
  host = new HubHost({
    // The page asks the real hub; here its address leads to the server.
    fetch: (address, options) => {
      asked.push(address)
      return fetch(address.replace('https://huggingface.co', server.address), options)
    },
    folder: Object.assign(folder, {
      contentOf: async (file: string) => new Blob([folder.entries.get(file)?.bytes ?? new Uint8Array()]),
    }),
    post: (reply) => replies.push(reply),
    space: async () => ({ free }),
  })
})
afterEach(() => server.close())

const last = <T extends HubReply['type']>(type: T) =>
  replies.findLast((reply): reply is Extract<HubReply, { type: T }> => reply.type === type)

async function found() {
  await host.receive({ type: 'lookUp', name: 'vit_small_patch8_224' })
  const file = last('found')?.file
  if (!file) throw new Error('nothing was found')
  return file
}

test('what is known here is told without asking any host', async () => {
  await host.receive({ type: 'look', preset: 'vit_small_patch8_224' })
  expect(last('names')?.names).toEqual([name])
  expect(last('kept')?.files).toEqual([])
  expect(asked).toEqual([])
})

test('a model is looked up, downloaded, opened again and forgotten', async () => {
  const file = await found()
  expect(asked).toEqual([`https://huggingface.co/api/models/timm/${name}?blobs=true`])
  await host.receive({ type: 'download', file })
  expect(last('file')?.bytes.size).toBe(bytes.length)
  expect(last('kept')?.files).toMatchObject([{ name, here: bytes.length, isWhole: true }])
  const before = asked.length
  await host.receive({ type: 'download', file })
  await host.receive({ type: 'open', name })
  expect(asked).toHaveLength(before)
  await host.receive({ type: 'forget', name: null })
  expect(last('kept')?.files).toEqual([])
})

test('a download that is stopped says so, and keeps what it has', async () => {
  const file = await found()
  server.troubles.push({ kind: 'silent', after: 5000 })
  const ends = host.receive({ type: 'download', file })
  await vi.waitFor(() => expect(folder.entries.get(name)?.bytes.length).toBe(5000))
  await host.receive({ type: 'stop' })
  await ends
  expect(last('stopped')).toBeDefined()
  expect(last('kept')?.files).toMatchObject([{ here: 5000, isWhole: false }])
  expect(last('file')).toBeUndefined()
})

test('a new question takes the place of a download, which says nothing more', async () => {
  const file = await found()
  server.troubles.push({ kind: 'silent', after: 5000 })
  const ends = host.receive({ type: 'download', file })
  await vi.waitFor(() => expect(folder.entries.get(name)?.bytes.length).toBe(5000))
  await host.receive({ type: 'lookUp', name: 'nobody' })
  await ends
  expect(last('stopped')).toBeUndefined()
  expect(last('failed')?.message).toContain('there are no weights called timm/nobody')
  expect(folder.entries.get(name)?.isOpen).toBe(false)
})

test('nothing is downloaded that there is no room for', async () => {
  const file = await found()
  free = 100
  await host.receive({ type: 'download', file })
  expect(last('failed')?.message).toContain('forget other files below')
  expect(server.asked).toEqual([])
})
