// FOR UPDATE and its kin: what `withForUpdate()` takes and gives.
import { ArgumentError } from '../../errors.ts'
import { checkKeys } from '../../nearest.ts'
import type { Element } from '../base/element.ts'
import type { Pass } from '../base/pass.ts'
import { expectAll } from '../coerce/expect.ts'
import { FROM } from '../coerce/roles.ts'
import { ColumnClause } from '../element/column.ts'
import type { NamedElement } from '../element/named.ts'
import type { FromClause } from '../from/from-clause.ts'
import type { FromArgument } from '../from/typed.ts'
import type { ForUpdate } from './state.ts'

/** Options of {@link Select.withForUpdate}. */
export interface ForUpdateOptions {
  /** Lock rows of these only: of the tables of columns and of joins too. Default: of all FROM elements. */
  readonly of?: FromArgument | NamedElement | readonly (FromArgument | NamedElement)[]
  /** Fail where a row is locked already. Default: wait. */
  readonly nowait?: boolean
  /** Leave out rows that are locked already. */
  readonly skipLocked?: boolean
  /** FOR SHARE: others may read and share, not change. Default false. */
  readonly read?: boolean
  /** The weaker kind of either, which lets foreign keys refer to the rows: FOR NO KEY UPDATE, with `read` FOR KEY SHARE. Default false. */
  readonly keyShare?: boolean
}

/** Tells the lock to a pass. */
export function walkForUpdate(pass: Pass, forUpdate: ForUpdate): void {
  pass.text(forUpdate.strength)
  pass.text(forUpdate.wait)
  pass.flag(forUpdate.of.length)
  for (const from of forUpdate.of) pass.shared(from)
}

/** The lock that options mean. */
export function forUpdateOf(options: ForUpdateOptions): ForUpdate {
  checkKeys('withForUpdate()', options, ['of'], ['nowait', 'skipLocked', 'read', 'keyShare'])
  const { of = [], nowait = false, skipLocked = false, read = false, keyShare = false } = options
  if (nowait && skipLocked) throw new ArgumentError('withForUpdate() takes nowait or skipLocked, not both')
  const strong = read ? 'share' : 'update'
  const weak = read ? 'keyShare' : 'noKeyUpdate'
  const list = (Array.isArray(of) ? (of as readonly unknown[]) : [of]).map(tableOfColumn)
  return {
    strength: keyShare ? weak : strong,
    of: [...new Set((expectAll(FROM, list, 'withForUpdate()') as Element[] as FromClause[]).flatMap(withinJoin))],
    wait: nowait ? 'nowait' : skipLocked ? 'skipLocked' : 'wait',
  }
}

function tableOfColumn(given: unknown): unknown {
  return given instanceof ColumnClause && given.table !== null ? given.table : given
}

function withinJoin(from: FromClause): readonly FromClause[] {
  if (from.kind !== 'join') return [from]
  // From the right to the left, as SQLAlchemy lists them.
  const tables = from.containedFroms().filter((each) => each.kind !== 'join')
  return tables.reverse()
}
