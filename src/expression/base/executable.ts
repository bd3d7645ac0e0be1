// `Executable`: what `execute()` accepts: a statement, with options that travel with it.
import { Element } from './element.ts'
import type { Walkable } from './pass.ts'
import type { CompilePlugin } from './protocol.ts'

/** An option of a statement that matters to whoever runs it (a loader option of the ORM); it takes part in the cache key. */
export interface StatementOption extends Walkable {}

/** Options that change how a statement is run, not what it says. */
export interface StatementExecutionOptions {
  /** Overwrite the attributes of objects that the session holds already, pending changes included. Default false. ORM only. */
  readonly populateExisting?: boolean
  /** Flush pending changes before the statement runs. Default true. ORM only. */
  readonly autoflush?: boolean
  /** How rows are fetched and delivered in portions, in rows; undefined delivers all at once. */
  readonly yieldPer?: number
  /** How an ORM UPDATE or DELETE brings loaded objects up to date. Default 'auto'. ORM only. */
  readonly synchronizeSession?: 'auto' | 'evaluate' | 'fetch' | false
}

/** @internal The keys of {@link StatementExecutionOptions}, to refuse others. */
export const EXECUTION_OPTIONS: readonly (keyof StatementExecutionOptions)[] = [
  'populateExisting',
  'autoflush',
  'yieldPer',
  'synchronizeSession',
]

/** Whether a statement gives rows, changes rows, or neither is known. */
export type StatementSort = 'select' | 'insert' | 'update' | 'delete' | 'merge' | 'ddl' | 'text'

/** A statement. `Row` is the type of a result row, `Tuple` of the same as an array; `never` where there are no rows. */
export abstract class Executable<Row = unknown, Tuple extends unknown[] = unknown[]> extends Element {
  /** The TypeScript type of a row; declared only. */
  declare readonly '~row': Row
  /** The same as an array; declared only. */
  declare readonly '~tuple': Tuple
  /** @internal What the compiled cache remembers of this very object; never part of the statement's meaning. */
  remembered: unknown = undefined

  abstract readonly sort: StatementSort
  /** Set where classes take part. */
  abstract readonly plugin: CompilePlugin | null
  abstract readonly executionOptionsOf: StatementExecutionOptions
}
