import { describe, expect, test } from 'vitest'
import { goldenFiles, pathOf } from './testing/goldenFiles'
import { mistakes } from './testing/mistakes'
import { readGoldenFile } from './verify/goldenCase'
import { referenceRunner } from './verify/referenceRunner'
import { type CaseReport, type VerifyOptions, verifyCase, verifyOp } from './verify/verify'

describe('on the plain evaluation', () => {
  test.each(goldenFiles('tiny'))('%s is as the reference recorded it', async (_, path) => {
    expect(problemsOf(await verify(path))).toEqual([])
  })

  test('single functions are as the reference recorded them', async () => {
    const [[, path] = ['', '']] = goldenFiles('ops')
    const golden = readGoldenFile(path)
    if (golden.kind !== 'ops') throw new Error(`${path} holds no single functions`)
    const reports = await Promise.all(golden.ops.map((op) => verifyOp(op, referenceRunner)))
    expect(reports.filter(({ outcome }) => outcome === 'failed').flatMap(problemsOf)).toEqual([])
    expect(reports.filter(({ outcome }) => outcome === 'passed').length).toBeGreaterThan(30)
  })
})

test.each(mistakes)('$what is found, and the first module that differs is named', async (mistake) => {
  const { outcome, problems } = await verify(pathOf(mistake.size, mistake.name), mistake.plant)
  expect(outcome).toBe('failed')
  expect(problems[0]).toContain(`the first module that differs is ${mistake.first}`)
})

async function verify(path: string, options?: VerifyOptions): Promise<CaseReport> {
  const golden = readGoldenFile(path)
  if (golden.kind !== 'case') throw new Error(`${path} is not a case`)
  return await verifyCase(golden.golden, referenceRunner, options)
}

const problemsOf = ({ name, outcome, problems }: CaseReport): readonly string[] =>
  outcome === 'not built' ? [`${name} is not built`] : problems
