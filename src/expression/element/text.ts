// `TextClause`: SQL written by hand, with parameters between its pieces.
import { defineKind } from '../base/element.ts'
import { Executable, type StatementExecutionOptions, type StatementSort } from '../base/executable.ts'
import type { Pass } from '../base/pass.ts'
import type { CompilePlugin } from '../base/protocol.ts'
import type { ColumnElement } from './column-element.ts'

/**
 * Text and expressions in turn: `strings[0] values[0] strings[1] ...`. `text('... :name')` is parsed into this once; the
 * `sql` tag gives it directly.
 */
export class TextClause<Row = Record<string, unknown>, Tuple extends unknown[] = unknown[]> extends Executable<
  Row,
  Tuple
> {
  declare readonly kind: 'text'
  static {
    defineKind(TextClause, 'text')
  }
  readonly strings: readonly string[]
  readonly values: readonly ColumnElement[]
  readonly executionOptionsOf: StatementExecutionOptions
  constructor(
    strings: readonly string[],
    values: readonly ColumnElement[],
    executionOptionsOf: StatementExecutionOptions = {},
  ) {
    super()
    this.strings = strings
    this.values = values
    this.executionOptionsOf = executionOptionsOf
  }
  get sort(): StatementSort {
    return 'text'
  }
  get plugin(): CompilePlugin | null {
    return null
  }
  walk(pass: Pass): void {
    pass.flag(this.strings.length)
    for (const piece of this.strings) pass.text(piece)
    pass.nodes(this.values)
  }
}
