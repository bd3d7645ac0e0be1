// What a cell is: a task, the input every contender gets, and how its result is compared.

import type {
  Account,
  AccountChange,
  Author,
  Compiled,
  Entry,
  Event,
  Item,
  NewEvent,
  ReportParameters,
  Transfer,
} from '../models.ts'
import type { Random } from '../random.ts'

/** How the client reaches the server: straight, or through the proxy that adds a millisecond each way. `none`: no server in the cell. */
export type Link = 'direct' | 'delayed' | 'none'

/** The input and the output of each cell: what a contender's function is given and must give. */
export interface Tasks {
  readonly point: [input: readonly number[], output: readonly Item[]]
  readonly 'point-64': [input: readonly number[], output: readonly Item[]]
  readonly load: [input: undefined, output: readonly Item[]]
  readonly tree: [input: number, output: readonly Author[]]
  readonly insert: [input: readonly NewEvent[], output: readonly Event[]]
  readonly update: [input: readonly AccountChange[], output: readonly Account[]]
  readonly transaction: [input: readonly Transfer[], output: readonly Entry[]]
  readonly build: [input: readonly ReportParameters[], output: readonly Compiled[]]
}

export type CellName = keyof Tasks
export type Input<N extends CellName> = Tasks[N][0]
export type Output<N extends CellName> = Tasks[N][1]

/** How much of a cell is one timed run. */
export interface Size {
  /** Operations in one call of the contender's function. */
  readonly operations: number
  /** Calls in one run, each prepared apart. */
  readonly repeats: number
}

export interface Cell<N extends CellName = CellName> {
  readonly name: N
  /** One line for the help and the table. */
  readonly title: string
  /** What one operation is, for the tables. */
  readonly operation: string
  /** The links on which the cell runs, with the size of a run on each. */
  readonly sizes: Readonly<Partial<Record<Link, Size>>>
  /** False where the floor only serves as the answer to compare with. */
  readonly floorIsTimed: boolean
  input(random: Random, operations: number): Input<N>
  /** The result in a canonical form, one line a row, without generated keys. */
  lines(output: Output<N>): string[]
  /** Statements run before every run, out of the clock. */
  readonly reset: readonly string[]
  /** What a verified run must have left in the database: a query whose rows are compared with those the floor left. */
  readonly effect?: string
  /** Pairs a generated key with what identifies its row; must equal the rows of `query`. */
  readonly keys?: { of(output: Output<N>): string[]; readonly query: string }
  /** The output is SQL: it is run, and its rows are compared with those of the floor's SQL. */
  readonly outputIsStatement: boolean
}

/** A value in a form that tells `1n` from `1`, a Date from a string, and 1.50 from 1.5. */
export function canonical(value: unknown): string {
  if (typeof value === 'bigint') return `${value}n`
  if (value instanceof Date) return `Date(${value.getTime()})`
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1))
    return `{${entries.map(([key, inner]) => `${JSON.stringify(key)}:${canonical(inner)}`).join(',')}}`
  }
  return value === undefined ? 'undefined' : JSON.stringify(value)
}

/** One canonical line of several values. */
export function line(...values: readonly unknown[]): string {
  return values.map(canonical).join(' ')
}
