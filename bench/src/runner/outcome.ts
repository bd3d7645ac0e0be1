// What a run of the benchmark found out.

import type { CellName, Link } from '../cells/contract.ts'
import type { Measurement } from './messages.ts'

/** One contender in one cell. */
export type Outcome =
  | { readonly status: 'measured'; readonly runs: readonly Measurement[] }
  /** Gave the right result; not timed because the cell compares nothing with it. */
  | { readonly status: 'verified' }
  | { readonly status: 'absent' }
  | { readonly status: 'failed' | 'wrong'; readonly message: string }

export interface CellOutcome {
  readonly cell: CellName
  readonly link: Link
  readonly rounds: number
  /** By contender. `runs` of the same index come from the same round. */
  readonly outcomes: ReadonlyMap<string, Outcome>
}

/** Something went wrong with a contender. */
export interface Problem {
  readonly contender: string
  /** The cell and the link, or what else was being done. */
  readonly where: string
  readonly message: string
}

export interface BenchOutcome {
  readonly cells: readonly CellOutcome[]
  readonly problems: readonly Problem[]
  /** Highest resident set size of each contender's process. */
  readonly peakBytes: ReadonlyMap<string, number>
}
