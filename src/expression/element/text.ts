// `TextClause`: SQL written by hand, with parameters between its pieces.
import { defineKind, type Element } from '../base/element.ts'
import { Executable, type StatementSort } from '../base/executable.ts'
import type { StatementExecutionOptions } from '../base/execution-options.ts'
import type { Pass } from '../base/pass.ts'
import type { CompilePlugin } from '../base/protocol.ts'
import { Role } from '../base/role.ts'
import { comma } from '../operator/catalog.ts'
import type { Operator } from '../operator/operator.ts'
import { NullType } from '../types/null.ts'
import type { SqlType } from '../types/type.ts'
import { addEach, type ColumnElement, type NamedElement } from './column-element.ts'
import { fromsOf, Grouping } from './grouping.ts'

/** What a TextClause is made of besides its text. */
export interface TextState {
  readonly executionOptions: StatementExecutionOptions
  /** The columns of its rows, in the order of the text; null where only the server knows them. */
  readonly columns: readonly NamedElement[] | null
  /** Common table expressions that the text refers to by name. Default: none. */
  readonly ctes?: readonly Element[]
}

const PLAIN: TextState = { executionOptions: {}, columns: null }
const NONE: readonly Element[] = []

/**
 * SQL written by hand that is longer than this, in characters, is mostly data, and does not come again: neither the program nor the
 * server keep what they learn of it.
 *
 * @internal
 */
export const LONGEST_KEPT_TEXT = 20_000

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
    defineKind(this, 'text')
  }
  /** Declared only: text can stand where an expression of any type does. */
  declare readonly '~value': never
  readonly strings: readonly string[]
  readonly values: readonly ColumnElement[]
  /** @internal */
  readonly state: TextState
  /** @internal */
  override remembered: unknown = undefined
  constructor(strings: readonly string[], values: readonly ColumnElement[], state: TextState = PLAIN) {
    super()
    this.strings = strings
    this.values = values
    this.state = state
  }
  get sort(): StatementSort {
    return 'text'
  }
  get plugin(): CompilePlugin | null {
    return null
  }
  get executionOptionsOf(): StatementExecutionOptions {
    return this.state.executionOptions
  }
  override get roles(): number {
    return this.state.columns === null ? Role.text : Role.text | Role.rows
  }
  /** The columns of its rows as `.columns()` told them; none where it was not called. */
  get exportedColumns(): readonly NamedElement[] {
    return this.state.columns ?? []
  }

  // What an expression has, as text may stand where one does: a criterion, an argument, a column.

  get type(): SqlType<unknown> {
    return NullType
  }
  get resultKey(): null {
    return null
  }
  get anonymousName(): string {
    return 'anon'
  }
  get topOperator(): null {
    return null
  }
  /** In parentheses beside any operator: what is in it may bind less strongly. */
  selfGroup(against: Operator): ColumnElement {
    return against === comma ? this.asExpression() : new Grouping(this.asExpression())
  }
  negated(): null {
    return null
  }
  /** Those of the expressions between its pieces; tables in the text itself are its own matter. */
  fromObjects(): readonly Element[] {
    return fromsOf(this.values.filter((value) => (value.roles & (Role.expression | Role.text)) !== 0))
  }
  /** @internal */
  addFroms(to: Element[]): void {
    addEach(this.fromObjects(), to)
  }
  /** @internal */
  asExpression(): ColumnElement {
    return this as Element as ColumnElement
  }
  walk(pass: Pass): void {
    pass.flag(this.strings.length)
    for (const piece of this.strings)
      if (piece.length > LONGEST_KEPT_TEXT) pass.uncacheable()
      else pass.text(piece)
    pass.nodes(this.values)
    pass.nodes(this.state.ctes ?? NONE)
    if (this.state.columns === null) pass.flag(false)
    else pass.nodes(this.state.columns)
  }
}
