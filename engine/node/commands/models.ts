import { readFileSync } from 'node:fs'
import { type Command, UsageError } from '../command'
import { type ModelReport, parseGoldenModels, reportModel } from '../goldenModels'
import { printJson, printLine, table } from '../print'

export const models: Command = {
  name: 'models',
  usage: '[models.json]',
  summary:
    'Counts every preset that timm’s figures (golden/models.json, or a file like it) cover and compares to the unit. Fails when one differs.',
  options: {},
  async run({ names, isJson }) {
    const [file, ...others] = names
    if (others.length > 0) throw new UsageError('models takes one file of figures, or none')
    const golden = parseGoldenModels(
      file ? readFileSync(file, 'utf8') : (await import('../../golden/models.json?raw')).default,
    )
    const reports = golden.flatMap((model) => reportModel(model) ?? [])
    const count = (outcome: ModelReport['outcome']) =>
      reports.filter((report) => report.outcome === outcome).length
    const totals = {
      models: golden.length,
      covered: reports.length,
      exact: count('exact'),
      differing: count('differs'),
      leftOut: count('left out'),
    }
    if (isJson) printJson({ totals, models: reports.map(jsonOf) })
    else {
      printLine(table([header, ...reports.map(row)]))
      printLine()
      printLine(`${totals.covered} of ${totals.models} models have a preset; ${closing(totals)}`)
    }
    return totals.differing === 0 && totals.exact > 0 ? 0 : 1
  },
}

const header = ['model', 'pixels', 'params', 'timm’s', 'frozen', 'timm’s', 'MACs', 'timm’s', 'match']

function row({ golden, ours, outcome, remarks }: ModelReport): string[] {
  const mine = (value: number | undefined) => (value === undefined ? '–' : String(value))
  return [
    golden.name,
    String(golden.input_size[1]),
    mine(ours?.params),
    String(golden.params),
    mine(ours?.frozen),
    String(golden.frozen_params),
    mine(ours?.macs.total),
    String(golden.macs.total),
    outcome === 'exact' ? 'exact' : `${outcome}: ${remarks.join('; ')}`,
  ]
}

function closing({ exact, differing, leftOut }: { exact: number; differing: number; leftOut: number }) {
  const left = leftOut > 0 ? `, ${leftOut} left out` : ''
  return `${exact} match exactly, ${differing} ${differing === 1 ? 'differs' : 'differ'}${left}.`
}

function jsonOf({ golden, ours, outcome, remarks }: ModelReport) {
  const { name, params, frozen_params, macs, input_size } = golden
  return {
    name,
    pixels: input_size[1],
    outcome,
    remarks,
    ours: ours && { params: ours.params, frozen: ours.frozen, macs: ours.macs },
    timm: { params, frozen: frozen_params, macs },
  }
}
