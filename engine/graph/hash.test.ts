import { expect, test } from 'vitest'
import { Builder } from '../ops/builder'
import { hashNodes } from './hash'
import { reachable, users } from './traverse'

test('equal computations have equal hashes, whatever their ids and scopes', () => {
  const b = new Builder()
  const x = b.input('x', [2, 3])
  const first = b.scope('a', 'a', () => b.relu(b.mul(x, 2)))
  const second = b.scope('b', 'b', () => b.relu(b.mul(x, 2)))
  const other = b.relu(b.mul(x, 3))
  const hashes = hashNodes(b.finish([first, second, other]))
  expect(hashes[first.id]).toBe(hashes[second.id])
  expect(hashes[first.id]).not.toBe(hashes[other.id])
  expect(hashes[first.id]).toMatch(/^[0-9a-f]{16}$/)
})

test('the order of attribute keys does not matter, their values do', () => {
  const hashOf = (axes: readonly number[]) => {
    const b = new Builder()
    return hashNodes(b.finish([b.transpose(b.input('x', [2, 2, 2]), axes)])).at(-1)
  }
  expect(hashOf([0, 2, 1])).not.toBe(hashOf([2, 1, 0]))
  const windows = (attrs: Parameters<Builder['overlapAdd']>[1]) => {
    const b = new Builder()
    return hashNodes(b.finish([b.overlapAdd(b.input('x', [1, 2, 2, 2, 2, 1]), attrs)])).at(-1)
  }
  expect(windows({ kernel: [2, 2], stride: [1, 1], dilation: [1, 1], height: 3, width: 3 })).toBe(
    windows({ width: 3, height: 3, dilation: [1, 1], stride: [1, 1], kernel: [2, 2] }),
  )
})

test('users and reachability', () => {
  const b = new Builder()
  const x = b.input('x', [2])
  const squared = b.mul(x, x)
  const unused = b.neg(x)
  const y = b.exp(squared)
  const graph = b.finish([y])
  expect(users(graph)).toEqual([[squared.id, unused.id], [y.id], [], []])
  expect([...reachable(graph)].sort()).toEqual([x.id, squared.id, y.id])
})
