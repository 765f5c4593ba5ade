import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { Sha256 } from './sha256'

const theirs = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')
const someBytes = (length: number) => Uint8Array.from({ length }, (_, i) => (i * 2654435761) >>> 13)

test('the digest of every length around a block is the platform’s', () => {
  for (let length = 0; length < 200; length++) {
    const bytes = someBytes(length)
    expect(new Sha256().update(bytes).digest()).toBe(theirs(bytes))
  }
})

test('it does not matter where the pieces end', () => {
  const bytes = someBytes(100_003)
  for (const piece of [1, 3, 63, 64, 65, 1000, 4096]) {
    const hash = new Sha256()
    for (let at = 0; at < bytes.length; at += piece) hash.update(bytes.subarray(at, at + piece))
    expect(hash.digest()).toBe(theirs(bytes))
  }
})
