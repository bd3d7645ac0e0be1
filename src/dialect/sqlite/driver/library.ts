// What is used of a library that speaks to SQLite: a few synchronous calls, the same for all of them.
import type { SqliteValue } from '../codec/codec.ts'

/** A value on its way in or out. */
export type Stored = SqliteValue | null

/** The values of a statement's parameters: in order, or by their numbers. */
export type Bindings = readonly Stored[] | Readonly<Record<string, Stored>>

/** A column of a result. */
export interface StoredColumn {
  readonly name: string
  /** The type that its column of a table was declared with; null for expressions. */
  readonly declared: string | null
}

/** A prepared statement. */
export interface PreparedStatement {
  /** Null where it gives no rows. */
  readonly columns: () => readonly StoredColumn[] | null
  /** @param wide INTEGERs come as bigints; otherwise they may come as numbers, which beyond the safe integers are not exact. */
  all(values: Bindings, wide: boolean): Stored[][]
  /** @returns how many rows were changed. */
  run(values: Bindings): number
  /** The rows one by one; `return()` ends it. */
  each(values: Bindings, wide: boolean): IterableIterator<Stored[]>
}

/** A function written in JavaScript that SQL can call. */
export interface OwnFunction {
  readonly name: string
  /** How many arguments it takes; -1 for any number. */
  readonly arity: number
  /** Whether it gives the same for the same arguments. */
  readonly deterministic: boolean
  readonly call: (...args: Stored[]) => Stored
}

/** A function over many rows. */
export interface OwnAggregate {
  readonly name: string
  readonly start: () => number[]
  readonly step: (state: number[], value: Stored) => number[]
  /** Takes a value away again, as windows move on. */
  readonly inverse: (state: number[], value: Stored) => number[]
  readonly result: (state: number[]) => Stored
}

/** An open database. */
export interface DatabaseHandle {
  readonly inTransaction: boolean
  prepare(sql: string): PreparedStatement
  /** Runs SQL that takes no values and gives no rows. */
  exec(sql: string): void
  define(own: OwnFunction): void
  defineAggregate(own: OwnAggregate): void
  /** Whether statements may be run while the rows of another are being read. */
  allowInterleaving(allowed: boolean): void
  close(): void
}

/** How a database is opened. */
export interface OpenFlags {
  readonly readOnly: boolean
}

/** A library. */
export interface SqliteLibrary {
  readonly name: string
  /** @param path of a file, or `:memory:` */
  open(path: string, flags: OpenFlags): DatabaseHandle
  /** SQLite's name of what went wrong, such as `SQLITE_CONSTRAINT_UNIQUE`; null for an error that is not SQLite's. */
  codeOf(error: unknown): string | null
}
