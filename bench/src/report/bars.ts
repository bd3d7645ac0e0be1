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
    const ratio = outcome === undefined ? null : (figures(outcome, contender)?.ratio ?? null)
    if (ratio === null) return []
    return [`${verdict(ratio <= atMost)}  ${contender} ${cell} ${link}: ${ratio.toFixed(2)}, bar ${atMost.toFixed(2)}`]
  })
}

function judgeMeans(cells: readonly CellOutcome[]): string[] {
  return MEANS.flatMap(({ contender, link, atMost }) => {
    const ratios = cells
      .filter((outcome) => outcome.link === link)
      .flatMap((outcome) => figures(outcome, contender)?.ratio ?? [])
    if (ratios.length < FEWEST_CELLS) return []
    const mean = Math.exp(ratios.reduce((sum, ratio) => sum + Math.log(ratio), 0) / ratios.length)
    const what = `geometric mean of the ${ratios.length} ${link} cells`
    return [`${verdict(mean <= atMost)}  ${contender} ${what}: ${mean.toFixed(2)}, bar ${atMost.toFixed(2)}`]
  })
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
