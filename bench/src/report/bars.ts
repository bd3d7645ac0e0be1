// What tsalchemy promises to reach, as ratios to the floor.

import type { CellName, Link } from '../cells/contract.ts'
import type { CellOutcome } from '../runner/outcome.ts'
import { figures } from './figures.ts'

interface Bar {
  readonly contender: string
  readonly cell: CellName
  readonly link: Link
  readonly atMost: number
}

const BARS: readonly Bar[] = [
  { contender: 'tsalchemy', cell: 'point', link: 'direct', atMost: 1 },
  { contender: 'tsalchemy', cell: 'point-64', link: 'direct', atMost: 1 },
  { contender: 'tsalchemy', cell: 'load', link: 'direct', atMost: 0.7 },
  { contender: 'tsalchemy-orm', cell: 'load', link: 'direct', atMost: 1 },
  { contender: 'tsalchemy-orm', cell: 'insert', link: 'direct', atMost: 1.5 },
  { contender: 'tsalchemy-orm', cell: 'update', link: 'direct', atMost: 1.5 },
  { contender: 'tsalchemy', cell: 'transaction', link: 'direct', atMost: 0.8 },
  { contender: 'tsalchemy', cell: 'transaction', link: 'delayed', atMost: 0.6 },
  { contender: 'tsalchemy-orm', cell: 'transaction', link: 'direct', atMost: 0.8 },
  { contender: 'tsalchemy-orm', cell: 'transaction', link: 'delayed', atMost: 0.6 },
]

/** A line for each bar that was measured. */
export function judgeBars(cells: readonly CellOutcome[]): string[] {
  return BARS.flatMap(({ contender, cell, link, atMost }) => {
    const outcome = cells.find((one) => one.cell === cell && one.link === link)
    const ratio = outcome === undefined ? null : (figures(outcome, contender)?.ratio ?? null)
    if (ratio === null) return []
    const verdict = ratio <= atMost ? 'held  ' : 'MISSED'
    return [`${verdict}  ${contender} ${cell} ${link}: ${ratio.toFixed(2)}, bar ${atMost.toFixed(2)}`]
  })
}
