// `Delete`: DELETE with criteria and further FROM elements.
import { defineKind } from '../base/element.ts'
import type { StatementSort } from '../base/executable.ts'
import type { Pass } from '../base/pass.ts'
import { walkCriteria } from './update.ts'
import { type CriteriaState, Write } from './write.ts'

/** DELETE; every method gives a new statement. */
export class Delete<Row = never, Tuple extends unknown[] = never> extends Write<Row, Tuple> {
  declare readonly kind: 'delete'
  static {
    defineKind(Delete, 'delete')
  }
  /** @internal */
  readonly state: CriteriaState
  /** @internal */
  constructor(state: CriteriaState) {
    super()
    this.state = state
  }
  get sort(): StatementSort {
    return 'delete'
  }
  walk(pass: Pass): void {
    walkCriteria(pass, this.state)
  }
}
