import { readdirSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import { VertebraError } from '../../errors'
import { type Command, UsageError } from '../command'
import { openNodeDevice } from '../dawn'
import { adapterOptions } from '../options'
import { printJson, printLine } from '../print'
import { type GoldenFile, readGoldenFile } from '../verify/goldenCase'
import { gpuRunner } from '../verify/gpuRunner'
import { referenceRunner } from '../verify/referenceRunner'
import type { Runner } from '../verify/runner'
import { type CaseReport, verifyCase, verifyOp } from '../verify/verify'

export const verify: Command = {
  name: 'verify',
  usage: '<case.json or folder>... [--on gpu|reference] [--adapter NAME] [--skip-unbuilt]',
  summary:
    'Runs golden cases and compares every recorded output. Fails when one differs, or when a case is not built yet.',
  options: {
    ...adapterOptions,
    on: { type: 'string', default: 'gpu' },
    'skip-unbuilt': { type: 'boolean' },
  },
  async run({ names, isJson, text, flag }) {
    if (names.length === 0) throw new UsageError('verify needs a golden case or a folder of them')
    const read = names.flatMap(caseFiles).map((file) => ({ file, golden: readGoldenFile(file) }))
    const runner = await runnerOf(text('on'), text('adapter'))
    if (!isJson) printLine(`on ${runner.name}`)
    const files: FileReport[] = []
    for (const { file, golden } of read) {
      const report = await verifyFile(file, golden, runner)
      files.push(report)
      if (!isJson) for (const line of linesOf(report)) printLine(line)
    }
    const reports = files.flatMap(({ reports }) => reports)
    const count = (outcome: CaseReport['outcome']) =>
      reports.filter((report) => report.outcome === outcome).length
    const totals = { passed: count('passed'), failed: count('failed'), notBuilt: count('not built') }
    if (isJson) printJson({ on: runner.name, totals, cases: files.flatMap(jsonOf) })
    else printLine(`${totals.passed} passed, ${totals.failed} failed, ${totals.notBuilt} not built yet`)
    const unbuilt = files.filter(
      ({ kind, reports }) => kind === 'case' && reports[0]?.outcome === 'not built',
    )
    const holds = totals.failed === 0 && totals.passed > 0 && (unbuilt.length === 0 || flag('skip-unbuilt'))
    return holds ? 0 : 1
  },
}

/** The cases in a folder and below it, in the order of their names; an index is none. */
function caseFiles(name: string): readonly string[] {
  if (!statSync(name, { throwIfNoEntry: false })?.isDirectory()) return [name]
  const inside = readdirSync(name, { recursive: true, encoding: 'utf8' }).sort()
  const files = inside.map((file) => resolve(name, file)).filter(isCase)
  if (files.length === 0) throw new UsageError(`there is no golden case in the folder ${name}`)
  return files
}

/** Golden folders hold lists beside the cases: index.json, models.json, the keys of state_dicts. */
const isCase = (file: string): boolean => /[\\/](tiny|eps|full|ops)[\\/][^\\/]+\.json$/.test(file)

/** A file is one case, or a list of single functions. */
interface FileReport {
  readonly file: string
  readonly kind: 'case' | 'ops'
  readonly reports: readonly CaseReport[]
}

async function runnerOf(on: string | undefined, adapter: string | undefined): Promise<Runner> {
  if (on === 'reference') return referenceRunner
  if (on !== 'gpu') throw new UsageError(`--on takes gpu or reference, not ${on}`)
  return gpuRunner(await openNodeDevice(adapter))
}

async function verifyFile(file: string, golden: GoldenFile, runner: Runner): Promise<FileReport> {
  if (golden.kind === 'case') {
    const { golden: one } = golden
    return { file, kind: 'case', reports: [await reportOf(one.case, () => verifyCase(one, runner))] }
  }
  const reports: CaseReport[] = []
  for (const op of golden.ops) reports.push(await reportOf(op.op, () => verifyOp(op, runner)))
  return { file, kind: 'ops', reports }
}

/** A case that this adapter refuses (a weight too large for one binding) fails with that sentence; the others go on. */
async function reportOf(name: string, verifying: () => Promise<CaseReport>): Promise<CaseReport> {
  try {
    return await verifying()
  } catch (error) {
    if (!(error instanceof VertebraError)) throw error
    return { name, outcome: 'failed', comparisons: [], worst: null, problems: [error.message] }
  }
}

function linesOf({ kind, reports }: FileReport): string[] {
  const unbuilt = reports.filter(({ outcome }) => outcome === 'not built').map(({ name }) => name)
  const lines = reports.filter(({ outcome }) => outcome !== 'not built').flatMap(caseLines)
  if (unbuilt.length === 0) return lines
  return [...lines, kind === 'ops' ? `not built yet: ${unbuilt.join(', ')}` : `not built yet  ${unbuilt[0]}`]
}

/** One line per case; a failure adds what is wrong, the first module that differs before all. */
function caseLines({ name, outcome, worst, problems }: CaseReport): string[] {
  const figures = worst
    ? `worst ${worst.error.toExponential(1)} of ${worst.tolerance.toExponential(1)} (${worst.what})`
    : ''
  const shown = problems.slice(0, 6).map((problem) => `    ${problem}`)
  const more = problems.length > 6 ? [`    and ${problems.length - 6} more`] : []
  return [`${outcome === 'passed' ? 'PASS' : 'FAIL'}  ${name}  ${figures}`.trimEnd(), ...shown, ...more]
}

function jsonOf({ file, reports }: FileReport) {
  return reports.map(({ name, outcome, worst, problems }) => ({
    file,
    name,
    outcome,
    worst: worst && { what: worst.what, error: worst.error, tolerance: worst.tolerance },
    problems,
  }))
}
