// `Select`: the generative SELECT.
import { defineKind } from '../base/element.ts'
import { Executable, type StatementExecutionOptions, type StatementSort } from '../base/executable.ts'
import type { Pass } from '../base/pass.ts'
import type { CompilePlugin } from '../base/protocol.ts'
import { Role } from '../base/role.ts'
import type { ColumnElement } from '../element/column-element.ts'
import type { NamedElement } from '../element/named.ts'
import type { RowSource } from '../from/alias.ts'
import { exportedColumnsOf } from './labels.ts'
import type { ForUpdate, SelectState } from './state.ts'

/** A SELECT with nothing in it. */
export const EMPTY_SELECT: SelectState = {
  items: [],
  names: null,
  froms: [],
  where: [],
  groupBy: [],
  having: [],
  orderBy: [],
  limit: null,
  offset: null,
  distinct: false,
  forUpdate: null,
  ctes: [],
  correlate: null,
  options: [],
  executionOptions: {},
  plugin: null,
}

/** SELECT; every method gives a new statement. */
export class Select<Row = unknown, Tuple extends unknown[] = unknown[]>
  extends Executable<Row, Tuple>
  implements RowSource
{
  declare readonly kind: 'select'
  static {
    defineKind(Select, 'select')
  }
  /** @internal */
  readonly state: SelectState
  #exported: readonly NamedElement[] | null = null

  /** @internal */
  constructor(state: SelectState) {
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
    return this.state.plugin
  }
  get executionOptionsOf(): StatementExecutionOptions {
    return this.state.executionOptions
  }
  get orderByClauses(): readonly ColumnElement[] {
    return this.state.orderBy
  }
  get exportedColumns(): readonly NamedElement[] {
    this.#exported ??= exportedColumnsOf(this.state)
    return this.#exported
  }

  /** @internal The same statement with some parts changed. */
  with(change: Partial<SelectState>): Select<Row, Tuple> {
    return new Select<Row, Tuple>({ ...this.state, ...change })
  }

  walk(pass: Pass): void {
    const state = this.state
    pass.nodes(state.items)
    if (state.names === null) pass.flag(false)
    else for (const name of state.names) pass.text(name)
    pass.flag(state.froms.length)
    for (const from of state.froms) pass.shared(from)
    pass.nodes(state.where)
    pass.nodes(state.groupBy)
    pass.nodes(state.having)
    pass.nodes(state.orderBy)
    pass.node(state.limit)
    pass.node(state.offset)
    if (typeof state.distinct === 'boolean') pass.flag(state.distinct)
    else pass.nodes(state.distinct)
    if (state.forUpdate === null) pass.flag(false)
    else walkForUpdate(pass, state.forUpdate)
    pass.nodes(state.ctes)
    if (state.correlate === null) pass.flag(false)
    else {
      pass.flag(state.correlate.length + 1)
      for (const from of state.correlate) pass.shared(from)
    }
    pass.nodes(state.options)
  }
}

function walkForUpdate(pass: Pass, forUpdate: ForUpdate): void {
  pass.text(forUpdate.strength)
  pass.text(forUpdate.wait)
  pass.flag(forUpdate.of.length)
  for (const from of forUpdate.of) pass.shared(from)
}
