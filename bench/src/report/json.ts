// Every measurement, for machines.

import type { BenchOutcome } from '../runner/outcome.ts'
import { figures } from './figures.ts'
import type { Circumstances } from './report.ts'

export function toJson(outcome: BenchOutcome, circumstances: Circumstances): string {
  const cells = outcome.cells.map((one) => ({
    cell: one.cell,
    link: one.link,
    rounds: one.rounds,
    contenders: Object.fromEntries(
      [...one.outcomes].map(([name, found]) => [name, { ...found, ...figures(one, name) }]),
    ),
  }))
  const document = {
    circumstances,
    cells,
    problems: outcome.problems,
    peakBytes: Object.fromEntries(outcome.peakBytes),
  }
  return `${JSON.stringify(document, null, 2)}\n`
}
