// The columns clause of a statement about classes: which columns it becomes, and what its rows become.
import { ColumnElement } from '../../expression/element/column-element.ts'
import { FromClause } from '../../expression/from/from-clause.ts'
import { EntityElement } from '../../expression/select/entity.ts'
import { columnsOfItem } from '../../expression/select/labels.ts'
import type { SelectItem } from '../../expression/select/state.ts'
import type { MapperLike } from '../contract/orm.ts'
import type { EagerBuilder } from './eager.ts'
import { mapperOfEntity } from './entity.ts'
import type { EntityPlan, ItemPlan } from './plan.ts'

/** A class in the columns clause, with the position of its columns. */
export interface EntityItem {
  readonly element: EntityElement
  readonly mapper: MapperLike
  readonly offset: number
}

/** The items of a statement, laid out. */
export interface ItemLayout {
  readonly entities: readonly EntityItem[]
  /** Keys in result rows; null where the database names the column. */
  readonly keys: readonly (string | null)[]
  /** The plans of the items, once those of the entities are known. */
  plans(entityPlans: ReadonlyMap<EntityItem, EntityPlan>): ItemPlan[]
}

/** Selects the columns of all items, one item after the other. */
export function layOut(
  items: readonly SelectItem[],
  names: readonly string[] | null,
  builder: EagerBuilder,
): ItemLayout {
  const entities: EntityItem[] = []
  const keys: (string | null)[] = []
  const values: (EntityItem | number)[] = []
  for (const [index, item] of items.entries()) {
    const name = names?.[index] ?? null
    if (item instanceof EntityElement) {
      const entity = { element: item, mapper: mapperOfEntity(item), offset: builder.select(item.columns) }
      entities.push(entity)
      values.push(entity)
      keys.push(name ?? item.entityName)
    } else if (item instanceof ColumnElement || item instanceof FromClause) {
      for (const column of columnsOfItem(item)) {
        values.push(builder.select([column]))
        keys.push(name ?? column.resultKey)
      }
    } else {
      values.push(builder.select([item as unknown as ColumnElement]))
      keys.push(name)
    }
  }
  return {
    entities,
    keys,
    plans: (entityPlans) =>
      values.map((value) => {
        if (typeof value === 'number') return { sort: 'value', position: value }
        const entity = entityPlans.get(value)
        return entity === undefined ? { sort: 'value', position: value.offset } : { sort: 'entity', entity }
      }),
  }
}
