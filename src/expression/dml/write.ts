// What INSERT, UPDATE and DELETE share: the table, RETURNING, criteria, options.
import { ArgumentError, InvalidRequestError } from '../../errors.ts'
import { checkKeys } from '../../nearest.ts'
import type { Element } from '../base/element.ts'
import { Executable, type StatementOption } from '../base/executable.ts'
import { checkStatementOptions, type StatementExecutionOptions } from '../base/execution-options.ts'
import type { CompilePlugin } from '../base/protocol.ts'
import { Role } from '../base/role.ts'
import { expect, expectAll } from '../coerce/expect.ts'
import { EXPRESSION, FROM, type Place, TABLE } from '../coerce/roles.ts'
import { checkOptions } from '../coerce/statement-option.ts'
import { conjoin } from '../comparator/conjunction.ts'
import { Affix, type Hint } from '../element/affix.ts'
import type { ColumnElement, Expression, NamedElement } from '../element/column-element.ts'
import { TRUE } from '../element/constant.ts'
import {
  type AddedCtes,
  type Alias,
  addedCtes,
  Cte,
  type CteOptions,
  checkCteOptions,
  type NestedHere,
  type RowSource,
} from '../from/alias.ts'
import type { FromClause } from '../from/from-clause.ts'
import type { TableClause } from '../from/table-clause.ts'
import type { SourceName } from '../from/typed.ts'
import { type AffixOptions, hinted } from '../select/affixes.ts'
import { itemsOf, pluginOf } from '../select/items.ts'
import { exportedColumnsOf } from '../select/labels.ts'
import { EMPTY_SELECT } from '../select/select.ts'
import type { SelectItem } from '../select/state.ts'

/** A column of the table with the expression that it gets. */
export interface Assignment {
  readonly column: NamedElement
  /** The part of the column's value that is set, in UPDATE: a member of an array, a key of a document, a field; or a tuple of columns that one row gives. Absent for the whole. */
  readonly target?: ColumnElement
  readonly value: ColumnElement
}

/** The parts that all writes have. */
export interface WriteState {
  readonly table: TableClause
  readonly returning: readonly SelectItem[]
  /** Columns whose values come back for the result to tell of, where the database makes them; none for all such, absent where nobody asks. */
  readonly returnDefaults?: readonly NamedElement[]
  readonly ctes: readonly (Cte | NestedHere)[]
  /** Text behind the first word. */
  readonly prefixes: readonly Affix[]
  readonly options: readonly StatementOption[]
  readonly executionOptions: StatementExecutionOptions
  readonly plugin: CompilePlugin | null
}

/** A write. */
export abstract class Write<Row = never, Tuple extends unknown[] = never>
  extends Executable<Row, Tuple>
  implements RowSource
{
  /** @internal */
  abstract readonly state: WriteState
  /** @internal */
  override remembered: unknown = undefined
  #exported: readonly NamedElement[] | null = null

  /** @internal Its rows can stand in a CTE. */
  override get roles(): number {
    return Role.write
  }
  get plugin(): CompilePlugin | null {
    return this.state.plugin
  }
  get executionOptionsOf(): StatementExecutionOptions {
    return this.state.executionOptions
  }
  /** The columns of RETURNING. */
  get exportedColumns(): readonly NamedElement[] {
    this.#exported ??= exportedColumnsOf({ ...EMPTY_SELECT, items: this.state.returning })
    return this.#exported
  }

  /** @internal The same statement with some of the shared parts changed. */
  abstract altered(change: Partial<WriteState>): this

  /**
   * This write as a common table expression: the rows of its RETURNING can be selected from.
   * @example
   * const gone = deleteFrom(users).where(users.c.age.lt(18)).returning(users.c.id).cte('gone')
   * select(gone.c.id)
   * // WITH gone AS (DELETE FROM users WHERE users.age < :age_1 RETURNING users.id) SELECT gone.id FROM gone
   */
  cte<Name extends string | null = null>(
    name: Name = null as Name,
    options: CteOptions = {},
  ): Cte<Row, SourceName<Name, Row>> {
    checkCteOptions(options)
    return new Cte(this, name, options)
  }
  /**
   * Adds CTEs that stand in WITH without being named elsewhere.
   * @param ctes what `cte()` gives, and behind that {@link AddCteOptions}
   * @throws ArgumentError it is no CTE
   */
  addCte(...ctes: AddedCtes): this {
    return this.altered({ ctes: addedCtes(this.state.ctes, ctes) })
  }
  /**
   * Text behind the first word of the statement; for one dialect only where it is named.
   * @throws ArgumentError a string: SQL is written as `text()`
   * @example
   * insert(users).prefixWith(text('IGNORE'), { dialect: 'mysql' })   // in MySQL: INSERT IGNORE INTO users ...
   */
  prefixWith(prefix: Expression, options: { readonly dialect?: string } = {}): this {
    checkKeys('prefixWith()', options, [], [], ['dialect'])
    const affix = new Affix(expect(EXPRESSION, prefix, 'prefixWith()'), options.dialect ?? null)
    return this.altered({ prefixes: [...this.state.prefixes, affix] })
  }
  /** Options for whoever runs the statement. */
  options(...options: readonly StatementOption[]): this {
    checkOptions(options)
    return this.altered({ options: [...this.state.options, ...options] })
  }
  /** Options of how the statement is run; later ones win. */
  executionOptions(options: StatementExecutionOptions): this {
    checkStatementOptions('executionOptions()', options)
    return this.altered({ executionOptions: { ...this.state.executionOptions, ...options } })
  }
}

/** The parts that UPDATE and DELETE share. */
export interface CriteriaState extends WriteState {
  /** The alias of the table that is written to; absent where the table stands by itself. */
  readonly alias?: Alias
  readonly where: readonly ColumnElement<boolean>[]
  /** FROM of an UPDATE, USING of a DELETE. */
  readonly from: readonly FromClause[]
  /** The user said `.all()`: every row is meant. */
  readonly everyRow: boolean
  /** Hints about the table that is written; absent for none. */
  readonly hints?: readonly Hint[]
}

/** @internal The hints with one more. */
export function hintedWrite(
  state: CriteriaState,
  hint: unknown,
  options: AffixOptions,
): Required<Pick<CriteriaState, 'hints'>> {
  const { hints } = hinted(null, state.table, hint, options)
  return { hints: [...(state.hints ?? []), ...hints] }
}

/** @internal The beginning of a write of a table or of a mapped class; statements spell theirs out, as objects that are spread and then grow are slow. */
export function writeOf(target: unknown, where: string, place: Place<Element> = TABLE): WriteState {
  const table = expect(place, target, where) as Element as TableClause
  return { ...NOTHING_YET, table, plugin: target === table ? null : pluginOf([target]) }
}

/** @internal What a write calls the table that it writes to. */
export function writtenFrom(state: WriteState & Pick<CriteriaState, 'alias'>): FromClause {
  return state.alias ?? state.table
}

/** @internal What no write says from the beginning. */
export const NOTHING_YET: Omit<WriteState, 'table' | 'plugin'> = {
  returning: [],
  ctes: [],
  prefixes: [],
  options: [],
  executionOptions: {},
}

/** @internal RETURNING with more items. */
export function returningOf(state: WriteState, items: readonly unknown[]): Pick<WriteState, 'returning' | 'plugin'> {
  const more = itemsOf(items, 'returning()')
  if (state.returnDefaults !== undefined)
    throw new InvalidRequestError(
      'returning() and returnDefaults() exclude each other: only columns of returning() are rows',
    )
  return { returning: [...state.returning, ...more], plugin: pluginOf(more) ?? state.plugin }
}

/** @internal WHERE with more criteria; one that is always true is none, so that it does not pass for one. */
export function criteriaOf(state: CriteriaState, criteria: readonly unknown[]): readonly ColumnElement<boolean>[] {
  const all = conjoin(state.where, criteria, 'where()')
  return all.length === 1 && all[0] === TRUE ? [] : all
}

/** @internal Further FROM elements. */
export function furtherFroms(
  state: CriteriaState,
  froms: readonly unknown[],
  where: string,
): Pick<CriteriaState, 'from'> {
  const more = expectAll(FROM, froms, where) as Element[] as FromClause[]
  if (more.includes(writtenFrom(state)))
    throw new ArgumentError(
      `${where} takes further tables: an alias of the one that is written, to join it with itself`,
    )
  return { from: [...state.from, ...more] }
}
