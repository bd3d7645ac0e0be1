// `Update`: UPDATE with values, criteria and further FROM elements.
import { defineKind } from '../base/element.ts'
import type { StatementSort } from '../base/executable.ts'
import type { Pass } from '../base/pass.ts'
import { walkAssignments } from './insert.ts'
import { type Assignment, type CriteriaState, Write } from './write.ts'

/** All that an UPDATE says. */
export interface UpdateState extends CriteriaState {
  /** In the order in which they are written. */
  readonly values: readonly Assignment[]
}

/** UPDATE; every method gives a new statement. */
export class Update<Row = never, Tuple extends unknown[] = never> extends Write<Row, Tuple> {
  declare readonly kind: 'update'
  static {
    defineKind(Update, 'update')
  }
  /** @internal */
  readonly state: UpdateState
  /** @internal */
  constructor(state: UpdateState) {
    super()
    this.state = state
  }
  get sort(): StatementSort {
    return 'update'
  }
  walk(pass: Pass): void {
    walkAssignments(pass, this.state.values)
    walkCriteria(pass, this.state)
  }
}

/** Tells what UPDATE and DELETE share to a pass. */
export function walkCriteria(pass: Pass, state: CriteriaState): void {
  pass.node(state.table)
  pass.nodes(state.where)
  pass.flag(state.from.length)
  for (const from of state.from) pass.shared(from)
  pass.flag(state.everyRow)
  pass.nodes(state.returning)
  pass.nodes(state.ctes)
  pass.nodes(state.options)
}
