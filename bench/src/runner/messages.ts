// What the runner and a contender's process say to each other.

import type { CellName, Link } from '../cells/contract.ts'

export type Request =
  | { readonly kind: 'setup'; readonly contender: string; readonly url: string }
  | {
      readonly kind: 'run'
      readonly cell: CellName
      readonly link: Link
      readonly seed: number
      /** Whether the result is wanted in canonical form, to be compared. */
      readonly verify: boolean
    }
  | { readonly kind: 'teardown' }

/** What one run of a cell took. */
export interface Measurement {
  readonly operations: number
  readonly secondsPerOperation: number
  /** User and system time of the contender's process, garbage collection included. */
  readonly cpuSecondsPerOperation: number
}

/** The result of a run in canonical form. */
export interface Evidence {
  readonly lines: readonly string[]
  readonly keys: readonly string[] | null
}

export type Reply =
  | { readonly kind: 'ready'; readonly cells: readonly CellName[] }
  | { readonly kind: 'measured'; readonly measurement: Measurement; readonly evidence: Evidence | null }
  | { readonly kind: 'finished'; readonly peakBytes: number }
  | { readonly kind: 'failed'; readonly message: string }
