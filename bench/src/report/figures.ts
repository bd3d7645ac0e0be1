// From measurements to the figures of the tables.

import { FLOOR } from '../contenders/registry.ts'
import type { Measurement } from '../runner/messages.ts'
import type { CellOutcome } from '../runner/outcome.ts'
import { median, spread } from './statistics.ts'

/** One contender in one cell, in numbers. */
export interface Figures {
  readonly seconds: number
  readonly cpuSeconds: number
  /** Time relative to that of `base` in the same round, median of the rounds; null where `base` is not timed. */
  readonly ratio: number | null
  readonly cpuRatio: number | null
  /** How much the time differs between the rounds, as a share. */
  readonly spread: number
}

export function figures(outcome: CellOutcome, contender: string, base: string = FLOOR): Figures | null {
  const runs = measured(outcome, contender)
  if (runs === null) return null
  const floor = measured(outcome, base)
  const times = runs.map((run) => run.secondsPerOperation)
  return {
    seconds: median(times),
    cpuSeconds: median(runs.map((run) => run.cpuSecondsPerOperation)),
    ratio: ratio(runs, floor, (run) => run.secondsPerOperation),
    cpuRatio: ratio(runs, floor, (run) => run.cpuSecondsPerOperation),
    spread: spread(times),
  }
}

function measured(outcome: CellOutcome, contender: string): readonly Measurement[] | null {
  const found = outcome.outcomes.get(contender)
  return found?.status === 'measured' && found.runs.length > 0 ? found.runs : null
}

/** Rounds are compared one by one: a disturbance that slows a whole round does not show. */
function ratio(
  runs: readonly Measurement[],
  floor: readonly Measurement[] | null,
  value: (run: Measurement) => number,
): number | null {
  if (floor === null) return null
  return median(runs.flatMap((run, round) => (floor[round] === undefined ? [] : [value(run) / value(floor[round])])))
}
