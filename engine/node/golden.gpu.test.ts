import { beforeAll, describe, expect, test } from 'vitest'
import { openNodeDevice } from './dawn'
import { goldenFiles, ofToday, pathOf } from './testing/goldenFiles'
import { mistakes } from './testing/mistakes'
import { readGoldenFile } from './verify/goldenCase'
import { gpuRunner } from './verify/gpuRunner'
import type { Runner } from './verify/runner'
import { verifyCase, verifyOp } from './verify/verify'

let runner: Runner

beforeAll(async () => {
  runner = gpuRunner(await openNodeDevice(process.env.VERTEBRA_ADAPTER))
})

describe.each([
  ['eps', goldenFiles('eps')],
  ['full', ofToday(goldenFiles('full'), 3)],
] as const)('%s cases on the GPU path', (_, files) => {
  test.each(files)('%s is as the reference recorded it', async (_, path) => {
    const golden = readGoldenFile(path)
    if (golden.kind !== 'case') throw new Error(`${path} is not a case`)
    const { outcome, problems } = await verifyCase(golden.golden, runner, { withoutField: true })
    expect(problems).toEqual([])
    expect(outcome).toBe('passed')
  })
})

test.each(mistakes)('$what is found on the GPU path too', async ({ size, name, plant, first }) => {
  const golden = readGoldenFile(pathOf(size, name))
  if (golden.kind !== 'case') throw new Error(`${name} is not a case`)
  const { outcome, problems } = await verifyCase(golden.golden, runner, plant)
  expect(outcome).toBe('failed')
  expect(problems[0]).toContain(`the first module that differs is ${first}`)
})

test('single functions on the GPU path are as the reference recorded them', async () => {
  const [[, path] = ['', '']] = goldenFiles('ops')
  const golden = readGoldenFile(path)
  if (golden.kind !== 'ops') throw new Error(`${path} holds no single functions`)
  const problems: string[] = []
  for (const op of golden.ops) {
    const report = await verifyOp(op, runner)
    if (report.outcome === 'failed') problems.push(`${report.name}: ${report.problems.join('; ')}`)
  }
  expect(problems).toEqual([])
})
