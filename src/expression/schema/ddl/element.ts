// `DdlElement`: a command that changes the structure of a database, as data.
import { Executable, type StatementExecutionOptions, type StatementSort } from '../../base/executable.ts'
import type { Pass } from '../../base/pass.ts'
import type { CompilePlugin } from '../../base/protocol.ts'

/** A command of DDL; it can be given to `execute()`, and `String(command)` shows it. */
export abstract class DdlElement extends Executable<never, never> {
  get sort(): StatementSort {
    return 'ddl'
  }
  get plugin(): CompilePlugin | null {
    return null
  }
  get executionOptionsOf(): StatementExecutionOptions {
    return {}
  }
  walk(pass: Pass): void {
    pass.uncacheable()
  }
}
