import { expect, test } from 'vitest'
import { imagenetLabels } from './imagenetLabels'
import { topClasses } from './topClasses'

test('there is a name for each of the thousand classes, in ImageNet’s order', () => {
  expect(imagenetLabels).toHaveLength(1000)
  expect(imagenetLabels.filter((label) => label.trim() === '' || label !== label.trim())).toEqual([])
  expect([0, 281, 285, 407, 999].map((index) => imagenetLabels[index]?.split(',')[0])).toEqual([
    'tench',
    'tabby',
    'Egyptian cat',
    'ambulance',
    'toilet tissue',
  ])
})

test('the five largest logits come with their share of the softmax', async () => {
  const logits = new Float32Array(1000)
  logits.set([1000, 999, 998, 997, 996], 281)
  const guesses = (await topClasses(logits)) ?? []
  expect(guesses.map(({ index }) => index)).toEqual([281, 282, 283, 284, 285])
  const total = [0, 1, 2, 3, 4].reduce((sum, i) => sum + Math.exp(-i), 0)
  for (const [i, { probability }] of guesses.entries())
    expect(probability).toBeCloseTo(Math.exp(-i) / total, 6)
})

test('outputs that are not a thousand logits are no classes', async () => {
  expect(await topClasses(new Float32Array(384))).toBeNull()
})
