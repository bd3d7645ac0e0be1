// Turns a statement about classes into one about tables, with a plan for its rows; done once for each shape of statement.
import { InvalidRequestError } from '../../errors.ts'
import type { Element } from '../../expression/base/element.ts'
import type { PreparedStatement } from '../../expression/base/protocol.ts'
import { Delete } from '../../expression/dml/delete.ts'
import { Insert } from '../../expression/dml/insert.ts'
import { Update } from '../../expression/dml/update.ts'
import type { ColumnElement } from '../../expression/element/column-element.ts'
import { Label } from '../../expression/element/label.ts'
import { Unary } from '../../expression/element/unary.ts'
import { Subquery } from '../../expression/from/alias.ts'
import type { FromClause } from '../../expression/from/from-clause.ts'
import { EMPTY_SELECT, Select } from '../../expression/select/select.ts'
import type { SelectState } from '../../expression/select/state.ts'
import { ormCompile } from '../contract/orm.ts'
import { EagerBuilder } from './eager.ts'
import { strategyTrees } from './loader-option.ts'
import type { EntityPlan, QueryPlan } from './plan.ts'
import { postLoad } from './post-load.ts'
import { type EntityItem, type ItemLayout, layOut } from './result-items.ts'
import { joinsCollections, NO_OPTIONS, type StrategyTree } from './strategy-tree.ts'
import { type AnyWrite, prepareWrite } from './write.ts'

/** See the first line of the file. */
export function prepareStatement(statement: Element): PreparedStatement {
  if (statement instanceof Select) return prepareSelect(statement)
  if (statement instanceof Insert || statement instanceof Update || statement instanceof Delete)
    return prepareWrite(statement as AnyWrite)
  throw new InvalidRequestError(`The ORM cannot run statements of the kind '${statement.kind}'`)
}

function prepareSelect(statement: Select): PreparedStatement {
  const { state } = statement
  const builder = new EagerBuilder(state.froms, postLoad)
  const layout = layOut(state.items, state.names, builder)
  const trees = strategyTrees(state.options, layout.entities)
  const treeOf = (entity: EntityItem): StrategyTree => trees.get(entity) ?? NO_OPTIONS
  const repeats = layout.entities.some((entity) => joinsCollections(entity.mapper, treeOf(entity), []))
  const isUnique = repeats && layout.entities.length === 1 && layout.keys.length === 1
  if (repeats && needsWrapping(state)) return prepareWrapped(state, builder, layout, treeOf, isUnique)
  const plans = entityPlans(layout, builder, (entity) => entity.element.from, treeOf)
  const prepared = new Select({
    ...state,
    items: builder.columns,
    names: null,
    froms: builder.froms,
    orderBy: [...state.orderBy, ...builder.orderBy],
    options: [],
    plugin: null,
  })
  return { statement: prepared, plan: planOf(layout, plans, isUnique) }
}

/** Rows repeated by a join would be counted by LIMIT, told apart by DISTINCT, grouped by GROUP BY. */
function needsWrapping(state: SelectState): boolean {
  const { limit, offset, fetch, distinct, groupBy } = state
  return limit !== null || offset !== null || fetch !== null || distinct !== false || groupBy.length > 0
}

/** The statement as it is becomes a subquery, and the joins go around it. */
function prepareWrapped(
  state: SelectState,
  inner: EagerBuilder,
  layout: ItemLayout,
  treeOf: (entity: EntityItem) => StrategyTree,
  isUnique: boolean,
): PreparedStatement {
  const selected = inner.columns.length
  const order = state.orderBy.map((element) => orderedColumn(element, inner))
  const subquery = new Subquery(
    new Select({ ...state, items: inner.columns, names: null, options: [], plugin: null }),
    null,
  )
  const columns = subquery.columnList
  const builder = new EagerBuilder([subquery], postLoad)
  builder.select(columns.slice(0, selected))
  const plans = entityPlans(layout, builder, () => subquery, treeOf)
  const outerOrder = order.map(({ position, rewrap }) => rewrap(columns[position] as ColumnElement))
  const prepared = new Select({
    ...EMPTY_SELECT,
    items: builder.columns,
    froms: builder.froms,
    orderBy: [...outerOrder, ...builder.orderBy],
    executionOptions: state.executionOptions,
  })
  return { statement: prepared, plan: planOf(layout, plans, isUnique) }
}

/** A term of ORDER BY as a column of the subquery: where it stands there, and ASC or DESC around it. */
function orderedColumn(
  element: ColumnElement,
  inner: EagerBuilder,
): { readonly position: number; readonly rewrap: (column: ColumnElement) => ColumnElement } {
  if (element instanceof Unary && element.postfix) {
    const { position, rewrap } = orderedColumn(element.element, inner)
    return { position, rewrap: (column) => new Unary(element.operator, rewrap(column), element.type, true) }
  }
  const known = inner.columns.indexOf(element)
  const position = known >= 0 ? known : inner.select([element instanceof Label ? element.element : element])
  return { position, rewrap: (column) => column }
}

function entityPlans(
  layout: ItemLayout,
  builder: EagerBuilder,
  fromOf: (entity: EntityItem) => FromClause,
  treeOf: (entity: EntityItem) => StrategyTree,
): Map<EntityItem, EntityPlan> {
  const plans: Map<EntityItem, EntityPlan> = new Map()
  for (const entity of layout.entities) {
    const place = { mapper: entity.mapper, from: fromOf(entity), tree: treeOf(entity), path: [] }
    plans.set(entity, builder.entity(place, entity.offset))
  }
  return plans
}

function planOf(layout: ItemLayout, plans: ReadonlyMap<EntityItem, EntityPlan>, isUnique: boolean): QueryPlan {
  return { items: layout.plans(plans), keys: layout.keys, isUnique, synchronize: null, returnsRows: true }
}

ormCompile.plug(prepareStatement)
