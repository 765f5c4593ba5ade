import { mkdtempSync, readFileSync, rmSync, statSync, truncateSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { FileFolder, hubFile } from './hubFiles'
import { type HubServer, startHub } from './testing/hubServer'

const name = 'vit_small_patch8_224.dino'
const bytes = Uint8Array.from({ length: 5_000_000 }, (_, i) => (i * 2654435761) >>> 11)

let root: string
let hub: HubServer | null = null
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'vertebra-hub-'))
})
afterEach(async () => {
  await hub?.close()
  hub = null
})
afterAll(() => rmSync(root, { recursive: true }))

test('a file of the hub is fetched once, by the architecture’s name, and read from the folder from then on', async () => {
  const folder = join(root, 'first')
  const server = await startHub(name, bytes)
  hub = server
  const lines: string[] = []
  const get = () =>
    hubFile('timm/vit_small_patch8_224', (line) => lines.push(line), folder, { fetch, hub: server.address })
  const path = await get()
  expect(readFileSync(path).equals(bytes)).toBe(true)
  expect(lines[0]).toBe(`${name}: 5.0 MB, licence apache-2.0`)
  expect(lines.at(-1)).toMatch(/^100 %/)
  await server.close()
  expect(await get()).toBe(path)
  expect(server.asked).toHaveLength(1)
})

test('a cut file counts as a part, is gone on from, and can be forgotten', async () => {
  const root2 = join(root, 'second')
  const server = await startHub(name, bytes)
  hub = server
  const get = () => hubFile(name, () => {}, root2, { fetch, hub: server.address })
  const path = await get()
  truncateSync(path, 3_000_000)
  const folder = new FileFolder(root2)
  expect(await folder.list()).toMatchObject([{ name, here: 3_000_000, isWhole: false }])
  await get()
  expect(server.asked).toEqual([undefined, 'bytes=3000000-'])
  expect(statSync(path).size).toBe(bytes.length)
  await folder.forget(name)
  expect(await folder.list()).toEqual([])
})
