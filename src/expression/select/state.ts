// `SelectState`: the frozen record that a Select wraps; a generative step is a copy with one change.
import type { StatementOption } from '../base/executable.ts'
import type { StatementExecutionOptions } from '../base/execution-options.ts'
import type { CompilePlugin } from '../base/protocol.ts'
import type { Affix, Hint } from '../element/affix.ts'
import type { ColumnElement } from '../element/column-element.ts'
import type { TextClause } from '../element/text.ts'
import type { Cte, NestedHere } from '../from/alias.ts'
import type { FromClause } from '../from/from-clause.ts'
import type { EntityElement } from './entity.ts'

/** What may stand in the columns clause: an expression, a FROM element with all its columns, a mapped class, or text. */
export type SelectItem = ColumnElement | FromClause | EntityElement | TextClause

/** FOR UPDATE and its kin. */
export interface ForUpdate {
  readonly strength: 'update' | 'share' | 'noKeyUpdate' | 'keyShare'
  readonly of: readonly FromClause[]
  readonly wait: 'wait' | 'nowait' | 'skipLocked'
}

/** `FETCH FIRST n ROWS`: at most so many, or so many percent, with those that are equal to the last in the order or without. */
export interface Fetch {
  readonly count: ColumnElement
  readonly percent: boolean
  readonly withTies: boolean
}

/** How result columns are named: as they are and numbered where a name is taken, with their table before them, or just as they are. */
export type LabelStyle = 'disambiguateOnly' | 'tablenamePlusCol' | 'none'

/** What few SELECTs have: text before the columns, behind the statement, and beside FROM elements. */
export interface SelectAffixes {
  readonly prefixes: readonly Affix[]
  readonly suffixes: readonly Affix[]
  readonly hints: readonly Hint[]
  readonly statementHints: readonly Affix[]
}

/** What SELECT and compounds of SELECTs have behind them. */
export interface OrderedState {
  readonly orderBy: readonly ColumnElement[]
  readonly limit: ColumnElement | null
  readonly offset: ColumnElement | null
  /** Null where LIMIT, or nothing, says how many rows there are at most. */
  readonly fetch: Fetch | null
}

/** All that a SELECT says. */
export interface SelectState extends OrderedState {
  readonly items: readonly SelectItem[]
  /** Names of the items in `select({ name: item })`; null otherwise. */
  readonly names: readonly string[] | null
  /** FROM elements named explicitly (`selectFrom`, joins), in order; those that columns and criteria imply are added when it is compiled. */
  readonly froms: readonly FromClause[]
  readonly where: readonly ColumnElement<boolean>[]
  readonly groupBy: readonly ColumnElement[]
  readonly having: readonly ColumnElement<boolean>[]
  /** DISTINCT, DISTINCT ON (...), or neither. */
  readonly distinct: boolean | readonly ColumnElement[]
  readonly forUpdate: ForUpdate | null
  /** CTEs added without being named in FROM. */
  readonly ctes: readonly (Cte | NestedHere)[]
  /** FROM elements of the statements around that are not repeated here; null finds them by itself. */
  readonly correlate: readonly FromClause[] | null
  /** FROM elements that are repeated here while all others of the statements around are not; null for no such rule. */
  readonly correlateExcept: readonly FromClause[] | null
  readonly labels: LabelStyle
  readonly affixes: SelectAffixes | null
  readonly options: readonly StatementOption[]
  readonly executionOptions: StatementExecutionOptions
  readonly plugin: CompilePlugin | null
}
