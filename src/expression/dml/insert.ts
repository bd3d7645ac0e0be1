// `Insert`: INSERT with values, many rows, from SELECT, or with defaults only.
import { defineKind, type Element } from '../base/element.ts'
import type { StatementSort } from '../base/executable.ts'
import type { Pass } from '../base/pass.ts'
import type { NamedElement } from '../element/named.ts'
import type { RowSource } from '../from/alias.ts'
import { type Assignment, Write, type WriteState } from './write.ts'

/** All that an INSERT says. */
export interface InsertState extends WriteState {
  /** Values of the one row; null where rows, a SELECT or execution give them. */
  readonly values: readonly Assignment[] | null
  /** Several rows, each with the columns of the first. */
  readonly rows: readonly (readonly Assignment[])[] | null
  /** INSERT ... SELECT: the columns, and the statement. */
  readonly from: { readonly columns: readonly NamedElement[]; readonly select: RowSource } | null
  /** A dialect's own clause behind the values (`ON CONFLICT`); null for none. */
  readonly onConflict: Element | null
  /** Leave client-side defaults alone: columns not named are not written. */
  readonly inline: boolean
}

/** INSERT; every method gives a new statement. */
export class Insert<Row = never, Tuple extends unknown[] = never> extends Write<Row, Tuple> {
  declare readonly kind: 'insert'
  static {
    defineKind(Insert, 'insert')
  }
  /** @internal */
  readonly state: InsertState
  /** @internal */
  constructor(state: InsertState) {
    super()
    this.state = state
  }
  get sort(): StatementSort {
    return 'insert'
  }
  walk(pass: Pass): void {
    const state = this.state
    pass.node(state.table)
    if (state.values === null) pass.flag(false)
    else walkAssignments(pass, state.values)
    if (state.rows !== null) {
      pass.uncacheable()
      for (const row of state.rows) walkAssignments(pass, row)
    }
    if (state.from === null) pass.flag(false)
    else {
      pass.nodes(state.from.columns)
      pass.node(state.from.select)
    }
    pass.node(state.onConflict)
    pass.flag(state.inline)
    pass.nodes(state.returning)
    pass.nodes(state.ctes)
    pass.nodes(state.options)
  }
}

/** Tells assignments to a pass. */
export function walkAssignments(pass: Pass, assignments: readonly Assignment[]): void {
  pass.flag(assignments.length + 1)
  for (const assignment of assignments) {
    pass.node(assignment.column)
    pass.node(assignment.value)
  }
}
