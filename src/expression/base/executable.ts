// `Executable`: what `execute()` accepts: a statement, with options that travel with it.
import { Element } from './element.ts'
import type { StatementExecutionOptions } from './execution-options.ts'
import type { Walkable } from './pass.ts'
import type { CompilePlugin } from './protocol.ts'
import type { Trail } from './recipe.ts'

/** An option of a statement that matters to whoever runs it (a loader option of the ORM); it takes part in the cache key. */
export interface StatementOption extends Walkable {}

/** Whether a statement gives rows, changes rows, or neither is known. */
export type StatementSort = 'select' | 'insert' | 'update' | 'delete' | 'merge' | 'ddl' | 'text'

/** A statement. `Row` is the type of a result row, `Tuple` of the same as an array; `never` where there are no rows. */
export abstract class Executable<Row = unknown, Tuple extends unknown[] = unknown[]> extends Element {
  /** The TypeScript type of a row; declared only. */
  declare readonly '~row': Row
  /** The same as an array; declared only. */
  declare readonly '~tuple': Tuple
  /**
   * @internal What the compiled cache remembers of this very object; never part of the statement's meaning. Undefined at first. Each class
   * of the library has it for itself: a class that is extended and has fields costs a call for each object.
   */
  declare remembered: unknown

  /** @internal How it was built, where that is known. */
  get trail(): Trail | null {
    return null
  }

  abstract readonly sort: StatementSort
  /** Set where classes take part. */
  abstract readonly plugin: CompilePlugin | null
  /** @internal */
  abstract readonly executionOptionsOf: StatementExecutionOptions

  /** The options that travel with the statement, as `executionOptions()` gave them. */
  getExecutionOptions(): StatementExecutionOptions {
    return this.executionOptionsOf
  }
}
