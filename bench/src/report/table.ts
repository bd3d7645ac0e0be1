// Aligned tables that are valid Markdown, too.

/** The first row is the head; the first column is text, the others are numbers. */
export function table(rows: readonly (readonly string[])[]): string {
  const [head, ...body] = rows
  if (head === undefined) return ''
  const widths = head.map((_, column) => Math.max(3, ...rows.map((row) => row[column]?.length ?? 0)))
  const cell = (text: string, column: number) =>
    column === 0 ? text.padEnd(widths[column] ?? 0) : text.padStart(widths[column] ?? 0)
  const write = (row: readonly string[]) => `| ${row.map(cell).join(' | ')} |`
  const rule = widths.map((width, column) => (column === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`))
  return [write(head), `| ${rule.join(' | ')} |`, ...body.map(write)].join('\n')
}

/** A duration with three digits and its unit. */
export function duration(seconds: number): string {
  if (seconds < 1e-3) return `${digits(seconds * 1e6)} µs`
  return seconds < 1 ? `${digits(seconds * 1e3)} ms` : `${digits(seconds)} s`
}

function digits(value: number): string {
  if (value >= 100) return value.toFixed(0)
  return value >= 10 ? value.toFixed(1) : value.toFixed(2)
}
