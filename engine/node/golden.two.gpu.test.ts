import { beforeAll, expect, test } from 'vitest'
import { openNodeDevice } from './dawn'
import { goldenFiles, ofToday } from './testing/goldenFiles'
import { readGoldenFile } from './verify/goldenCase'
import { gpuRunner } from './verify/gpuRunner'
import type { Runner } from './verify/runner'
import { verifyCase } from './verify/verify'

// Runs on each of the software adapters: what holds on one must hold on the other.
let runner: Runner

beforeAll(async () => {
  runner = gpuRunner(await openNodeDevice(process.env.VERTEBRA_ADAPTER))
})

const withField = new Set(ofToday(goldenFiles('tiny'), 12).map(([name]) => name))

test.each(goldenFiles('tiny'))('%s is as the reference recorded it', async (name, path) => {
  const golden = readGoldenFile(path)
  if (golden.kind !== 'case') throw new Error(`${path} is not a case`)
  const { outcome, problems } = await verifyCase(golden.golden, runner, {
    withoutField: !withField.has(name),
  })
  expect(problems).toEqual([])
  expect(outcome).toBe('passed')
})
