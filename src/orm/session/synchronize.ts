// Loaded objects follow an UPDATE or DELETE that went past them: the rows that it touched come back with their keys.
import type { Executable } from '../../expression/base/executable.ts'
import { Delete } from '../../expression/dml/delete.ts'
import { Update, type UpdateState } from '../../expression/dml/update.ts'
import type { CriteriaState } from '../../expression/dml/write.ts'
import type { TableClause } from '../../expression/from/table-clause.ts'
import type { MapperLike, StateLike } from '../contract/orm.ts'
import { expireAttributes } from '../instrument/history.ts'
import type { SynchronizePlan } from '../query/plan.ts'
import { Synchronize } from '../query/write.ts'
import type { SessionCore } from './core.ts'
import type { Holdings } from './holdings.ts'
import { move } from './lifecycle.ts'

/** The statement, made to return what is needed, where it writes to a class of which objects are loaded. */
export function synchronizing(statement: Executable, holdings: Holdings, wanted: boolean): Executable {
  if (!wanted || statement.plugin === null || !(statement instanceof Update || statement instanceof Delete))
    return statement
  const state: CriteriaState = statement.state
  if (state.alias !== undefined) return statement
  const mapper = loadedClassOf(holdings, state.table)
  if (mapper === null) return statement
  const options = [...state.options, new Synchronize(mapper)]
  return statement instanceof Update
    ? new Update({ ...(statement.state as UpdateState), options })
    : new Delete({ ...state, options })
}

/** The class whose table is written to, if objects of it are loaded. */
function loadedClassOf(holdings: Holdings, table: TableClause): MapperLike | null {
  for (const mapper of holdings.identities.mappers())
    if (mapper.table === table && !holdings.identities.statesOf(mapper).next().done) return mapper
  return null
}

/** Brings loaded objects up to date with the rows that came back. */
export function synchronize(core: SessionCore, plan: SynchronizePlan, rows: readonly (readonly unknown[])[]): void {
  const { holdings, levels } = core
  const { mapper, offset } = plan
  const { snapshot } = levels.current
  for (const row of rows) {
    const values: unknown[] = []
    for (const [index, { slot }] of mapper.primaryKey.entries()) values[slot] = row[offset + index]
    const key = mapper.identityKey(values)
    const state = key === null ? null : holdings.identities.get(mapper, key)
    if (state === null) continue
    if (plan.sort === 'delete') {
      snapshot.deleted.add(state)
      holdings.forget(state)
      move(state, 'deleted')
    } else {
      snapshot.touched.add(state)
      follow(state, plan, row)
    }
  }
}

/** New values of columns; what depends on a foreign key that changed is not known any more. */
function follow(state: StateLike, plan: SynchronizePlan, row: readonly unknown[]): void {
  const first = plan.offset + plan.mapper.primaryKey.length
  const slots = plan.changed.map(({ slot }) => slot)
  expireAttributes(state, [...slots, ...referencesOver(plan)])
  for (const [index, slot] of slots.entries()) state.values[slot] = row[first + index]
}

function referencesOver({ mapper, changed }: SynchronizePlan): number[] {
  const columns = new Set(changed.map(({ column }) => column))
  return mapper.relationships
    .filter(({ direction, pairs }) => direction === 'manyToOne' && pairs.some(({ target }) => columns.has(target)))
    .map(({ slot }) => slot)
}
