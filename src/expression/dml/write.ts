// What INSERT, UPDATE and DELETE share: the table, RETURNING, criteria, options.
import { Executable, type StatementExecutionOptions, type StatementOption } from '../base/executable.ts'
import type { CompilePlugin } from '../base/protocol.ts'
import { Role } from '../base/role.ts'
import type { ColumnElement } from '../element/column-element.ts'
import type { NamedElement } from '../element/named.ts'
import type { Cte, RowSource } from '../from/alias.ts'
import type { FromClause } from '../from/from-clause.ts'
import type { TableClause } from '../from/table-clause.ts'
import { exportedColumnsOf } from '../select/labels.ts'
import { EMPTY_SELECT } from '../select/select.ts'
import type { SelectItem } from '../select/state.ts'

/** A column of the table with the expression that it gets. */
export interface Assignment {
  readonly column: NamedElement
  readonly value: ColumnElement
}

/** The parts that all writes have. */
export interface WriteState {
  readonly table: TableClause
  readonly returning: readonly SelectItem[]
  readonly ctes: readonly Cte[]
  readonly options: readonly StatementOption[]
  readonly executionOptions: StatementExecutionOptions
  readonly plugin: CompilePlugin | null
}

/** A write. */
export abstract class Write<Row = never, Tuple extends unknown[] = never>
  extends Executable<Row, Tuple>
  implements RowSource
{
  abstract readonly state: WriteState
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
}

/** The parts that UPDATE and DELETE share. */
export interface CriteriaState extends WriteState {
  readonly where: readonly ColumnElement<boolean>[]
  /** FROM of an UPDATE, USING of a DELETE. */
  readonly from: readonly FromClause[]
  /** The user said `.all()`: every row is meant. */
  readonly everyRow: boolean
}
