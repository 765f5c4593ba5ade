import { beforeEach, expect, test } from 'vitest'
import { currentPicture, type KeptPicture, tensorOf, usePictureStore } from './pictureStore'

const options = {
  width: 2,
  height: 1,
  crop: 1,
  mean: [0.5, 0.25, 0],
  std: [0.5, 0.5, 1],
} as const
const view = { width: 2, height: 1, data: Uint8ClampedArray.from([255, 0, 51, 255, 0, 255, 102, 255]) }
const seen = {
  options,
  original: options,
  steps: null,
  view,
  thumbnail: {},
} as unknown as KeptPicture['seen']
const picture = (name: string) => ({ name, source: 'file' as const, content: new Blob(), seen })

const store = usePictureStore
const currentName = () => currentPicture(store.getState())?.name

beforeEach(() => store.setState({ pictures: [], currentId: null }))

test('the first picture becomes the current one, later ones only when they are to', () => {
  const { add } = store.getState()
  add(picture('a'), false)
  expect(currentName()).toBe('a')
  add(picture('b'), true)
  add(picture('c'), false)
  expect(currentName()).toBe('b')
  expect(store.getState().pictures.map(({ name }) => name)).toEqual(['a', 'b', 'c'])
})

test('when the current picture goes, its neighbour is shown; when another goes, nothing changes', () => {
  const { add, remove, choose } = store.getState()
  for (const name of ['a', 'b', 'c']) add(picture(name), false)
  const [a, b, c] = store.getState().pictures.map(({ id }) => id)
  choose(b ?? 0)
  remove(a ?? 0)
  expect(currentName()).toBe('b')
  remove(b ?? 0)
  expect(currentName()).toBe('c')
  choose(12345)
  expect(currentName()).toBe('c')
  remove(c ?? 0)
  expect(currentPicture(store.getState())).toBeNull()
})

test('the tensor is what the network computes with: bytes to 0..1, minus the mean, by the deviation', () => {
  const { add } = store.getState()
  add(picture('a'), true)
  const [kept] = store.getState().pictures
  const expected = [1, -0.5, 0.2, -1, 1.5, 0.4]
  expect(kept && [...tensorOf(kept)].map((value) => Number(value.toFixed(6)))).toEqual(expected)
})

test('a probe is not rounded to bytes on its way into the network', () => {
  const probe = { ...picture('p'), id: 1, content: { kind: 'grey', value: 0.501 } as const }
  expect(tensorOf(probe)[0]).toBeCloseTo((0.501 - 0.5) / 0.5, 6)
})
