import { readFileSync } from 'node:fs'
import { type Command, UsageError } from '../command'
import { printJson, printLine, table } from '../print'
import { compareTables, type PublishedTable, parsePublished, type RowReport } from '../published'

export const published: Command = {
  name: 'published',
  usage: '[published.json]',
  summary:
    'Prints every table of golden/published.json (or of a file like it) beside our figures, rounded as printed. Fails when one differs without a reason.',
  options: {},
  async run({ names, isJson }) {
    const [path, ...others] = names
    if (others.length > 0) throw new UsageError('published takes one file of tables, or none')
    const file = parsePublished(
      path ? readFileSync(path, 'utf8') : (await import('../../golden/published.json?raw')).default,
    )
    const tables = compareTables(file.rows)
    const rows = tables.flatMap((printed) => printed.rows)
    const count = (outcome: RowReport['outcome']) => rows.filter((row) => row.outcome === outcome).length
    const totals = {
      rows: file.rows.length,
      lines: rows.length,
      agree: count('agrees'),
      differ: count('differs'),
      unexplained: count('unexplained'),
      noFigures: count('no figures'),
      noPreset: count('no preset'),
    }
    if (isJson) printJson({ totals, tables })
    else {
      for (const printed of tables) printLine(`${text(printed)}\n`)
      printLine('Known damage of the sources')
      for (const damage of file.known_damage) printLine(`  ${damage}`)
      printLine()
      printLine(
        `${totals.rows} rows in ${tables.length} tables, ${totals.lines} with those of a second picture size: ` +
          `${totals.agree} agree, ${totals.differ} differ for the reason given, ${totals.unexplained} without a reason, ` +
          `${totals.noFigures} print neither parameters nor MACs, ${totals.noPreset} have no preset yet.`,
      )
    }
    return totals.unexplained === 0 ? 0 : 1
  },
}

const header = ['model', 'pixels', 'preset', 'params M', 'ours', 'MACs G', 'ours', '']

function text({ seed, title, rows }: PublishedTable): string {
  return `Document ${seed}: ${title}\n${table([header, ...rows.map(cells)])}`
}

function cells({ model, side, preset, figures, outcome, remarks }: RowReport): string[] {
  const find = (wanted: string) => figures.find(({ quantity }) => quantity === wanted)
  const [params, frozen, macs] = [find('params'), find('frozen'), find('macs')]
  const withFrozen = (number: string | null | undefined, more: string | null | undefined) =>
    more ? `${number ?? '–'} + ${more}` : (number ?? '–')
  return [
    model,
    side === null ? '–' : String(side),
    preset ?? '–',
    withFrozen(params?.printed, frozen?.printed),
    withFrozen(params?.ours, frozen?.ours),
    macs?.printed ?? '–',
    macs?.ours ?? '–',
    outcome === 'agrees' ? 'agrees' : remarks.join('; '),
  ]
}
