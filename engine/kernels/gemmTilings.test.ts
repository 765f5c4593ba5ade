import { describe, expect, test } from 'vitest'
import { tileOf, tilings } from './gemmTilings'
import type { DeviceTraits } from './kernel'
import type { GemmSpec } from './spec'

const llvmpipe = { isSoftware: true, hasSubgroups: true, subgroupSize: 8 } as DeviceTraits
const withoutSubgroups = { ...llvmpipe, hasSubgroups: false, subgroupSize: 0 }
const gpu = { ...llvmpipe, isSoftware: false, subgroupSize: 32 }

describe('the first choice', () => {
  test.each([
    { what: 'the MLP of a ViT on llvmpipe', device: llvmpipe, m: 197, n: 768, name: 'subgroup 16x4' },
    { what: 'few columns', device: llvmpipe, m: 3136, n: 16, name: 'subgroup 16x2' },
    { what: 'groups of four channels', device: llvmpipe, m: 3136, n: 4, name: 'subgroup 16x1' },
    { what: 'a classifier', device: llvmpipe, m: 1, n: 1000, name: 'skinny 1' },
    { what: 'a device without subgroups', device: withoutSubgroups, m: 197, n: 768, name: 'registers 4x4' },
    { what: 'SwiftShader', device: { ...llvmpipe, subgroupSize: 4 }, m: 197, n: 768, name: 'subgroup 16x8' },
    { what: 'a small product on a GPU', device: gpu, m: 197, n: 192, name: 'tile 32x32' },
    { what: 'a large product on a GPU', device: gpu, m: 3136, n: 384, name: 'tile 64x64' },
  ])('$what: $name', ({ device, m, n, name }) => {
    expect(tilings(product(m, n), device)[0]?.name).toBe(name)
  })
})

test('names tell variants apart', () => {
  for (const device of [llvmpipe, withoutSubgroups, gpu]) {
    const names = tilings(product(7, 50), device).map(({ name }) => name)
    expect(new Set(names).size).toBe(names.length)
  }
})

test('a subgroup of eight that computes 16x4 each has a tile of 16x32', () => {
  const [first] = tilings(product(197, 768), llvmpipe)
  expect(first && tileOf(first)).toEqual({ m: 16, n: 32 })
})

function product(m: number, n: number): GemmSpec {
  return { family: 'gemm', batch: 1, m, n, k: 192 } as GemmSpec
}
