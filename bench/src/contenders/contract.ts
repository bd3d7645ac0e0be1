// What a contender is: something that connects, does the cells' tasks its own way, and disconnects.

import type { CellName, Input, Output } from '../cells/contract.ts'

/** Connections a contender may hold at most. */
export const POOL_SIZE = 10

/** A call that is ready to be timed: `run` is timed, what comes before and after is not. */
export interface Prepared<N extends CellName> {
  run(): Promise<Output<N>> | Output<N>
  /** Gives back what the preparation took. */
  finish?(): Promise<void> | void
}

/** Takes a cell's input and prepares a call: opens what the cell says is open, loads what it says is loaded. */
export type Task<N extends CellName> = (input: Input<N>) => Promise<Prepared<N>> | Prepared<N>

/** The tasks a contender has; the others show as a dash. */
export type TaskTable = { readonly [N in CellName]?: Task<N> }

/** A contender that is connected. */
export interface Running {
  readonly cells: TaskTable
  teardown(): Promise<void>
}

export interface Contender {
  /** The name on the command line and in the tables. */
  readonly name: string
  /** Connects to `url` with at most `POOL_SIZE` connections. */
  setup(url: string): Promise<Running>
}
