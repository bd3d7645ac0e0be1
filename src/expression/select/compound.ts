// UNION, INTERSECT, EXCEPT.
import { defineKind } from '../base/element.ts'
import { Executable, type StatementExecutionOptions, type StatementSort } from '../base/executable.ts'
import type { Pass } from '../base/pass.ts'
import type { CompilePlugin } from '../base/protocol.ts'
import { Role } from '../base/role.ts'
import type { ColumnElement } from '../element/column-element.ts'
import type { NamedElement } from '../element/named.ts'
import type { RowSource } from '../from/alias.ts'
import type { Select } from './select.ts'

/** How the rows of the parts are put together. */
export type CompoundOperator = 'UNION' | 'UNION ALL' | 'INTERSECT' | 'INTERSECT ALL' | 'EXCEPT' | 'EXCEPT ALL'

/** What surrounds the parts. */
export interface CompoundState {
  readonly operator: CompoundOperator
  readonly selects: readonly (Select | CompoundSelect)[]
  readonly orderBy: readonly ColumnElement[]
  readonly limit: ColumnElement | null
  readonly offset: ColumnElement | null
}

/** Several SELECTs as one; every method gives a new statement. */
export class CompoundSelect<Row = unknown, Tuple extends unknown[] = unknown[]>
  extends Executable<Row, Tuple>
  implements RowSource
{
  declare readonly kind: 'compound'
  static {
    defineKind(CompoundSelect, 'compound')
  }
  /** @internal */
  readonly state: CompoundState
  /** @internal */
  constructor(state: CompoundState) {
    super()
    this.state = state
  }
  /** @internal */
  override get roles(): number {
    return Role.rows
  }
  get sort(): StatementSort {
    return 'select'
  }
  get plugin(): CompilePlugin | null {
    return null
  }
  get executionOptionsOf(): StatementExecutionOptions {
    return {}
  }
  get exportedColumns(): readonly NamedElement[] {
    return this.state.selects[0]?.exportedColumns ?? []
  }
  /** @internal */
  with(change: Partial<CompoundState>): CompoundSelect<Row, Tuple> {
    return new CompoundSelect<Row, Tuple>({ ...this.state, ...change })
  }
  walk(pass: Pass): void {
    pass.text(this.state.operator)
    pass.nodes(this.state.selects)
    pass.nodes(this.state.orderBy)
    pass.node(this.state.limit)
    pass.node(this.state.offset)
  }
}
