// `DdlElement`: a command that changes the structure of a database, as data; `DropElement`: what all DROP commands say.
import { checkKeys } from '../../../nearest.ts'
import { Executable, type StatementSort } from '../../base/executable.ts'
import type { StatementExecutionOptions } from '../../base/execution-options.ts'
import type { Pass } from '../../base/pass.ts'
import type { CompilePlugin } from '../../base/protocol.ts'
import type { DdlCondition } from '../ddl-condition.ts'

/** A command of DDL; it can be given to `execute()`, and `String(command)` shows it. */
export abstract class DdlElement extends Executable<never, never> {
  /** @internal */
  override remembered: unknown = undefined
  get sort(): StatementSort {
    return 'ddl'
  }
  get plugin(): CompilePlugin | null {
    return null
  }
  get executionOptionsOf(): StatementExecutionOptions {
    return {}
  }
  /** When plans run it; null always. */
  get condition(): DdlCondition | null {
    return null
  }
  /** @internal The same as what a listener of a table or MetaData runs. */
  onTarget(_target: unknown): DdlElement {
    return this
  }
  walk(pass: Pass): void {
    pass.uncacheable()
  }
}

/** Options of DROP commands. */
export interface DropOptions {
  /** IF EXISTS. Default false. */
  readonly ifExists?: boolean
  /** CASCADE. Default false. */
  readonly cascade?: boolean
}

/** A DROP command. */
export abstract class DropElement extends DdlElement {
  readonly ifExists: boolean
  readonly cascade: boolean
  /** @throws ArgumentError an unknown option */
  constructor(command: string, options: DropOptions, more: readonly string[] = []) {
    super()
    checkKeys(command, options, [], ['ifExists', 'cascade', ...more])
    this.ifExists = options.ifExists ?? false
    this.cascade = options.cascade ?? false
  }
}
