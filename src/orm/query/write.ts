// INSERT, UPDATE and DELETE of classes: RETURNING with objects in it, and what brings loaded objects up to date.

import { defineKind } from '../../expression/base/element.ts'
import type { StatementOption } from '../../expression/base/executable.ts'
import type { Pass } from '../../expression/base/pass.ts'
import type { PreparedStatement } from '../../expression/base/protocol.ts'
import { Delete } from '../../expression/dml/delete.ts'
import { Insert } from '../../expression/dml/insert.ts'
import { Update } from '../../expression/dml/update.ts'
import type { MapperLike } from '../contract/orm.ts'
import { EagerBuilder } from './eager.ts'
import { strategyTrees } from './loader-option.ts'
import type { EntityPlan, QueryPlan, SynchronizePlan } from './plan.ts'
import { postLoad } from './post-load.ts'
import { type EntityItem, layOut } from './result-items.ts'
import { NO_OPTIONS } from './strategy-tree.ts'

/** A write of whatever rows. */
export type AnyWrite = Insert<unknown, unknown[]> | Update<unknown, unknown[]> | Delete<unknown, unknown[]>

/** Put into an UPDATE or DELETE by the session: the rows that it touched come back, so that loaded objects can follow. */
export class Synchronize implements StatementOption {
  declare readonly keyId: number
  static {
    defineKind(this, 'synchronize')
  }
  readonly mapper: MapperLike
  constructor(mapper: MapperLike) {
    this.mapper = mapper
  }
  walk(pass: Pass): void {
    pass.identity(this.mapper)
  }
}

/** The statement with its RETURNING spelt out, and the plan for what it returns. */
export function prepareWrite(statement: AnyWrite): PreparedStatement {
  const { state } = statement
  const builder = new EagerBuilder([], postLoad)
  const layout = layOut(state.returning, null, builder)
  const trees = strategyTrees(state.options, layout.entities)
  const plans: Map<EntityItem, EntityPlan> = new Map()
  for (const entity of layout.entities)
    plans.set(entity, {
      mapper: entity.mapper,
      offset: entity.offset,
      // RETURNING joins nothing.
      joined: [],
      later: builder.later({ mapper: entity.mapper, tree: trees.get(entity) ?? NO_OPTIONS, path: [] }),
    })
  const option = state.options.find((each): each is Synchronize => each instanceof Synchronize)
  const synchronize = option === undefined ? null : synchronization(statement, option.mapper, builder)
  const change = { returning: builder.columns, options: [], plugin: null }
  const plan: QueryPlan = {
    items: layout.plans(plans),
    keys: layout.keys,
    isUnique: false,
    synchronize,
    returnsRows: state.returning.length > 0,
  }
  return { statement: changed(statement, change), plan }
}

/** Selects the primary key, and behind it what an UPDATE has set. */
function synchronization(statement: AnyWrite, mapper: MapperLike, builder: EagerBuilder): SynchronizePlan | null {
  if (statement instanceof Insert) return null
  const set = statement instanceof Update ? statement.state.values.map(({ column }) => column) : []
  const touched = mapper.columns.filter(({ column }) => statement instanceof Update && column.onUpdate !== null)
  const changed = [...mapper.columns.filter(({ column }) => set.includes(column)), ...touched]
  const offset = builder.select(mapper.primaryKey.map(({ column }) => column))
  builder.select(changed.map(({ column }) => column))
  return { sort: statement instanceof Update ? 'update' : 'delete', mapper, offset, changed }
}

function changed(statement: AnyWrite, change: Pick<Insert['state'], 'returning' | 'options' | 'plugin'>): AnyWrite {
  if (statement instanceof Insert) return new Insert({ ...statement.state, ...change })
  if (statement instanceof Update) return new Update({ ...statement.state, ...change })
  return new Delete({ ...statement.state, ...change })
}
