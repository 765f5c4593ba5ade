/** What commands print: tables and figures for people, JSON for programs. */

export const printLine = (line = ''): void => {
  process.stdout.write(`${line}\n`)
}

export const printJson = (value: unknown): void => printLine(JSON.stringify(value))

/** Columns as wide as their widest cell; numbers (cells that begin with a digit) to the right. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? '').length)),
  )
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => {
        const width = widths[column] ?? 0
        return /^[-+]?\d/.test(cell) ? cell.padStart(width) : cell.padEnd(width)
      })
      .join('  ')
      .trimEnd()
  return rows.map(line).join('\n')
}

/** 26.3 M, 4.08 G: three digits. */
export function figure(value: number): string {
  const [divisor, unit] =
    value >= 1e9 ? [1e9, ' G'] : value >= 1e6 ? [1e6, ' M'] : value >= 1e3 ? [1e3, ' k'] : [1, '']
  if (unit === '') return String(value)
  return `${(value / divisor).toPrecision(3)}${unit}`
}

/** Powers of 1024. */
export function bytes(value: number): string {
  if (value >= 2 ** 30) return `${(value / 2 ** 30).toPrecision(3)} GiB`
  if (value >= 2 ** 20) return `${(value / 2 ** 20).toPrecision(3)} MiB`
  return `${(value / 2 ** 10).toPrecision(3)} KiB`
}

export const milliseconds = (value: number): string =>
  value >= 100 ? `${Math.round(value)} ms` : `${value.toPrecision(3)} ms`
