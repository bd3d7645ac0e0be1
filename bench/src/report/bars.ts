// What tsalchemy promises to reach, as ratios to the floor; beside it, how that stands to the tuned floor.

import type { CellName, Link } from '../cells/contract.ts'
import { FLOOR, TUNED } from '../contenders/registry.ts'
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
  { contender: 'tsalchemy', cell: 'point-64', link: 'direct', atMost: 0.6 },
  { contender: 'tsalchemy', cell: 'load', link: 'direct', atMost: 0.5 },
  { contender: 'tsalchemy-orm', cell: 'load', link: 'direct', atMost: 1 },
  { contender: 'tsalchemy-orm', cell: 'insert', link: 'direct', atMost: 1.5 },
  { contender: 'tsalchemy-orm', cell: 'update', link: 'direct', atMost: 1.5 },
  { contender: 'tsalchemy', cell: 'transaction', link: 'direct', atMost: 0.8 },
  { contender: 'tsalchemy', cell: 'transaction', link: 'delayed', atMost: 0.6 },
  { contender: 'tsalchemy-orm', cell: 'transaction', link: 'direct', atMost: 0.8 },
  { contender: 'tsalchemy-orm', cell: 'transaction', link: 'delayed', atMost: 0.6 },
]

/** Of all cells of a link, by the geometric mean of their ratios. */
const MEANS: readonly Omit<Bar, 'cell'>[] = [
  { contender: 'tsalchemy', link: 'direct', atMost: 0.65 },
  { contender: 'tsalchemy', link: 'delayed', atMost: 0.55 },
]
/** A mean of fewer cells than this says nothing. */
const FEWEST_CELLS = 6

/** How many times faster than Kysely a statement is built and compiled, by who builds it. */
const BUILDS: readonly { readonly contender: string; readonly how: string; readonly atLeast: number }[] = [
  { contender: 'tsalchemy-uncached', how: 'and compiled anew each time', atLeast: 3 },
  { contender: 'tsalchemy', how: 'anew each time and found in the cache', atLeast: 20 },
  { contender: 'tsalchemy-prepared', how: 'once, with values at each execution', atLeast: 20 },
]

/** A line for each bar that was measured. */
export function judgeBars(cells: readonly CellOutcome[]): string[] {
  return [...judgeCells(cells), ...judgeMeans(cells), ...judgeBuilds(cells)]
}

function judgeCells(cells: readonly CellOutcome[]): string[] {
  return BARS.flatMap(({ contender, cell, link, atMost }) => {
    const outcome = cells.find((one) => one.cell === cell && one.link === link)
    if (outcome === undefined) return []
    const against = (base: string) => figures(outcome, contender, base)?.ratio ?? null
    return judge(`${contender} ${cell} ${link}`, atMost, against)
  })
}

function judgeMeans(cells: readonly CellOutcome[]): string[] {
  return MEANS.flatMap(({ contender, link, atMost }) => {
    const ofLink = cells.filter((outcome) => outcome.link === link)
    const against = (base: string) => {
      const ratios = ofLink.flatMap((outcome) => figures(outcome, contender, base)?.ratio ?? [])
      if (ratios.length < FEWEST_CELLS) return null
      return Math.exp(ratios.reduce((sum, ratio) => sum + Math.log(ratio), 0) / ratios.length)
    }
    return judge(`${contender} geometric mean of the ${link} cells`, atMost, against)
  })
}

function judge(what: string, atMost: number, against: (base: string) => number | null): string[] {
  const ratio = against(FLOOR)
  if (ratio === null) return []
  const tuned = against(TUNED)
  const beside = tuned === null ? '' : ` (${tuned.toFixed(3)} of ${TUNED})`
  return [`${verdict(ratio <= atMost)}  ${what}: ${ratio.toFixed(3)}, bar ${atMost.toFixed(2)}${beside}`]
}

function judgeBuilds(cells: readonly CellOutcome[]): string[] {
  const outcome = cells.find(({ cell }) => cell === 'build')
  const peer = outcome === undefined ? null : figures(outcome, 'kysely')
  if (outcome === undefined || peer === null) return []
  return BUILDS.flatMap(({ contender, how, atLeast }) => {
    const own = figures(outcome, contender)
    if (own === null) return []
    const times = peer.seconds / own.seconds
    return [
      `${verdict(times >= atLeast)}  ${contender} built ${how}: ${times.toFixed(1)} times Kysely's speed, bar ${atLeast}`,
    ]
  })
}

function verdict(held: boolean): string {
  return held ? 'held  ' : 'MISSED'
}
