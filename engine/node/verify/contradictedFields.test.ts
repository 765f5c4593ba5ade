import { expect, test } from 'vitest'
import { effectiveField, placeInput } from '../../autodiff/effectiveField'
import { elements } from '../../graph/graph'
import { lower } from '../../lower/lower'
import { evaluate } from '../../ops/evaluate'
import { goldenModel } from '../../presets/goldenCases'
import { proceduralWeights } from '../../weights/procedural'
import { pathOf } from '../testing/goldenFiles'
import { contradictedFields } from './contradictedFields'
import { readGoldenFile } from './goldenCase'
import { goldenInput } from './goldenInput'

test.each([...contradictedFields])('the gradient of %s is its finite difference', (name) => {
  const file = readGoldenFile(pathOf('tiny', name))
  if (file.kind !== 'case') throw new Error(`${name} is no case`)
  const { reference, input, tensors } = file.golden
  const model = goldenModel(reference, input.shape[2] ?? 1)
  if (!model) throw new Error(`${name} is not built`)
  const { graph } = lower(model.document, {
    values: new Map(tensors.map(([key, , a, b]) => [key, { a, b }])),
  })
  const features =
    graph.scopes.find(({ key, output }) => key === model.features && output !== null)?.output ?? 0
  const shape = graph.nodes[features]?.shape ?? []
  const channels = shape.at(-1) ?? 1
  const place = elements(shape.slice(0, -1)) - 1
  const picture = Float64Array.from(goldenInput(input))
  const run = (of: typeof graph, picture: Float64Array, node: number) => {
    const seed = Float64Array.from({ length: place + 1 }, (_, index) => (index === place ? 1 : 0))
    const inputs = new Map([
      ['input', picture],
      [placeInput, seed],
    ])
    const params = ({
      attrs,
      shape,
    }: {
      attrs: { name: string; a: number; b: number }
      shape: readonly number[]
    }) => proceduralWeights(attrs.name, shape, attrs)
    return Float64Array.from(evaluate(of, { inputs, params }, [node]).get(node) ?? [])
  }
  const sum = (step: number) =>
    run(
      graph,
      picture.map((value, index) => value + step * direction(index)),
      features,
    )
      .slice(place * channels)
      .reduce((total, value) => total + value, 0)
  const field = effectiveField(graph, features)
  const gradient = run(field, picture, field.outputs[0])
  const along = gradient.reduce((total, value, index) => total + value * direction(index), 0)
  const step = 1e-6
  const difference = (sum(step) - sum(-step)) / (2 * step)
  // Small steps still cross the kinks of a few of the thousands of ReLUs.
  expect(Math.abs(along - difference)).toBeLessThan(2e-4 * Math.max(1, Math.abs(difference)))
})

const direction = (index: number): number => Math.sin(1.7 * index)
