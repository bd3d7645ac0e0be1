// The text that a run of the benchmark prints.

import { cells } from '../cells/index.ts'
import { FLOOR } from '../contenders/registry.ts'
import type { BenchOutcome, CellOutcome } from '../runner/outcome.ts'
import { judgeBars } from './bars.ts'
import { type Figures, figures } from './figures.ts'
import { duration, table } from './table.ts'

/** Lines of a problem's message that are printed; a stack trace is longer than it helps. */
const MESSAGE_LINES = 8

/** Under which circumstances was measured. */
export interface Circumstances {
  readonly node: string
  readonly postgresql: string
  readonly server: string
  readonly processors: string
  readonly rounds: number
  /** Seconds of a round trip of `SELECT 1`, by link. */
  readonly roundTrip: Readonly<Record<'direct' | 'delayed', number>>
}

export function report(outcome: BenchOutcome, contenders: readonly string[], circumstances: Circumstances): string {
  const timed = outcome.cells.filter(({ cell }) => cells[cell].floorIsTimed)
  const untimed = outcome.cells.filter(({ cell }) => !cells[cell].floorIsTimed)
  const sections = [header(circumstances)]
  if (timed.length > 0) {
    sections.push(
      ratios(timed, contenders),
      section('Time of one operation, median', timed, contenders, (found) => duration(found.seconds)),
      section('Client CPU of one operation, median', timed, contenders, (found) => duration(found.cpuSeconds)),
    )
  }
  if (untimed.length > 0) sections.push(builds(untimed, contenders))
  sections.push(memory(outcome, contenders))
  const bars = judgeBars(outcome.cells)
  if (bars.length > 0) sections.push(`## Bars\n\n${bars.join('\n')}`)
  if (outcome.problems.length > 0) sections.push(problems(outcome))
  return `${sections.join('\n\n')}\n`
}

function header(circumstances: Circumstances): string {
  const { roundTrip } = circumstances
  return [
    `Node ${circumstances.node}, PostgreSQL ${circumstances.postgresql} (${circumstances.server}), ${circumstances.processors}.`,
    `Round trip of SELECT 1: ${duration(roundTrip.direct)} direct, ${duration(roundTrip.delayed)} delayed.`,
    `Medians of ${circumstances.rounds} interleaved rounds; every result compared with the ${FLOOR}'s first.`,
  ].join('\n')
}

function ratios(outcomes: readonly CellOutcome[], contenders: readonly string[]): string {
  const rows = outcomes.map((outcome) => [
    `${outcome.cell} ${outcome.link}`,
    ...contenders.map((name) => entry(outcome, name, (found) => found.ratio?.toFixed(2) ?? '-')),
    spreadOf(outcome),
  ])
  const title = `Time, as a ratio to the ${FLOOR} (lower is better; ± is how much the ${FLOOR} itself varies)`
  return `## ${title}\n\n${table([['cell', ...contenders, '±'], ...rows])}`
}

function section(
  title: string,
  outcomes: readonly CellOutcome[],
  contenders: readonly string[],
  show: (found: Figures) => string,
): string {
  const rows = outcomes.map((outcome) => [
    `${outcome.cell} ${outcome.link}`,
    ...contenders.map((name) => entry(outcome, name, show)),
  ])
  return `## ${title}\n\n${table([['cell', ...contenders], ...rows])}`
}

function spreadOf(outcome: CellOutcome): string {
  const floor = figures(outcome, FLOOR)
  return floor === null || outcome.rounds < 3 ? '-' : `${(floor.spread * 100).toFixed(0)} %`
}

function entry(outcome: CellOutcome, contender: string, show: (found: Figures) => string): string {
  const found = figures(outcome, contender)
  if (found !== null) return show(found)
  const status = outcome.outcomes.get(contender)?.status ?? 'not loaded'
  return status === 'absent' || status === 'verified' ? '-' : status.toUpperCase()
}

function builds(outcomes: readonly CellOutcome[], contenders: readonly string[]): string {
  const rows = outcomes.flatMap((outcome) =>
    contenders.flatMap((name) => {
      const found = figures(outcome, name)
      const status = outcome.outcomes.get(name)?.status
      if (found === null) return status === 'failed' || status === 'wrong' ? [[name, status.toUpperCase(), '-']] : []
      return [[name, duration(found.seconds), Math.round(1 / found.seconds).toLocaleString('en')]]
    }),
  )
  return `## Building and compiling a mid-size select, no I/O\n\n${table([['contender', 'one statement', 'per second'], ...rows])}`
}

function memory(outcome: BenchOutcome, contenders: readonly string[]): string {
  const shown = contenders.flatMap((name) => {
    const bytes = outcome.peakBytes.get(name)
    return bytes === undefined ? [] : [`${name} ${(bytes / 2 ** 20).toFixed(0)}`]
  })
  return `Peak resident memory of the contender's process, MiB: ${shown.join(', ')}.`
}

function problems(outcome: BenchOutcome): string {
  const listed = outcome.problems.map(({ contender, where, message }) => {
    return `- ${contender}, ${where}: ${message.split('\n').slice(0, MESSAGE_LINES).join('\n  ')}`
  })
  return `## Problems\n\n${listed.join('\n')}`
}
