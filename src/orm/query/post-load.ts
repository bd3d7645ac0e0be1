// The statements that load a relationship for many objects at once, and objects by their keys.

import { Binary } from '../../expression/element/binary.ts'
import { Bind, NO_VALUE } from '../../expression/element/bind.ts'
import type { ColumnElement } from '../../expression/element/column-element.ts'
import { Grouping } from '../../expression/element/grouping.ts'
import { BooleanList } from '../../expression/element/list.ts'
import { Alias } from '../../expression/from/alias.ts'
import type { FromClause } from '../../expression/from/from-clause.ts'
import { Join } from '../../expression/from/join.ts'
import { RowArrays } from '../../expression/from/row-arrays.ts'
import { and, eq, in_ } from '../../expression/operator/catalog.ts'
import { SchemaColumn } from '../../expression/schema/column.ts'
import { EMPTY_SELECT, Select } from '../../expression/select/select.ts'
import { ARRAY } from '../../expression/types/array.ts'
import { Boolean as BooleanType } from '../../expression/types/scalar.ts'
import type { ColumnAttributeLike, ColumnPair, MapperLike, RelationshipLike } from '../contract/orm.ts'
import { MappingError } from '../errors.ts'
import { EagerBuilder } from './eager.ts'
import type { EntityPlan, PostLoad } from './plan.ts'
import { NO_OPTIONS, type StrategyTree } from './strategy-tree.ts'

/** Values that a row must have in some columns, given as lists `p0`, `p1`, ... at execution. */
interface Wanted {
  readonly where: readonly ColumnElement<boolean>[]
  /** Joined where several columns make a key. */
  readonly rows: RowArrays | null
  readonly on: ColumnElement<boolean> | null
}

/** How the members of a relationship are found. */
interface Search {
  readonly keys: readonly ColumnAttributeLike[]
  readonly byIdentity: boolean
  /** What holds the values of `keys`: columns of the target, or others that are selected for that. */
  readonly matched: readonly ColumnElement[]
  /** The target's own slots of `matched`; null where they are selected behind it. */
  readonly slots: readonly number[] | null
  readonly from: FromClause
}

const plain: WeakMap<RelationshipLike, PostLoad> = new WeakMap()

/** The load of a relationship as it says of itself, made once. */
export function relationshipLoad(relationship: RelationshipLike): PostLoad {
  let load = plain.get(relationship)
  if (load === undefined) {
    load = postLoad(relationship, NO_OPTIONS, [relationship.mapper])
    plain.set(relationship, load)
  }
  return load
}

/** The load of a relationship with options below it. */
export function postLoad(relationship: RelationshipLike, tree: StrategyTree, path: readonly MapperLike[]): PostLoad {
  const { target } = relationship
  const search = searchFor(relationship)
  const wanted = wantedRows(search.matched)
  const from = wanted.rows === null ? search.from : new Join(search.from, wanted.rows, wanted.on)
  const builder = new EagerBuilder([from], postLoad)
  const offset = builder.select(target.columns.map(({ column }) => column))
  const entity = builder.entity({ mapper: target, from: target.table, tree, path }, offset)
  const surplus = search.slots === null ? search.matched.length : 0
  const first = search.slots === null ? builder.select(search.matched) : 0
  return {
    relationship,
    statement: statementOf(builder, wanted.where, relationship.orderBy),
    keys: search.keys,
    matches: search.slots ?? search.matched.map((_, index) => first + index),
    surplus,
    byIdentity: search.byIdentity,
    target: entity,
  }
}

function searchFor(relationship: RelationshipLike): Search {
  const { mapper, target, direction, identityAttributes, pairs } = relationship
  if (identityAttributes !== null)
    return {
      keys: identityAttributes,
      byIdentity: true,
      matched: target.primaryKey.map(({ column }) => column),
      slots: target.primaryKey.map(({ slot }) => slot),
      from: target.table,
    }
  if (direction === 'manyToMany') return searchThrough(relationship)
  if (!isPlain(relationship.primaryJoin, pairs)) return searchFromOwner(relationship)
  const isHere = direction === 'oneToMany'
  const matched = pairs.map((pair) => (isHere ? pair.target : pair.source))
  return {
    keys: pairs.map((pair) => attributeFor(mapper, isHere ? pair.source : pair.target)),
    byIdentity: false,
    matched,
    slots: matched.map((column) => attributeFor(target, column).slot),
    from: target.table,
  }
}

/** Through an association table, which alone knows the owner's key. */
function searchThrough(relationship: RelationshipLike): Search {
  const { mapper, target, pairs, secondary } = relationship
  if (secondary === null || !isPlain(relationship.primaryJoin, pairs)) return searchFromOwner(relationship)
  const on = relationship.joinCondition(null, null, null)
  return {
    keys: pairs.map((pair) => attributeFor(mapper, pair.source)),
    byIdentity: false,
    matched: pairs.map((pair) => pair.target),
    slots: null,
    from: new Join(secondary, target.table, on.secondary),
  }
}

/** The general way: joined from the owner's own table, by whatever condition the relationship has. */
function searchFromOwner(relationship: RelationshipLike): Search {
  const { mapper, target, secondary } = relationship
  const owner = new Alias(mapper.table, null)
  const on = relationship.joinCondition(owner, null, null)
  const from =
    secondary === null
      ? new Join(owner, target.table, on.primary)
      : new Join(new Join(owner, secondary, on.primary), target.table, on.secondary)
  return {
    keys: mapper.primaryKey,
    byIdentity: false,
    matched: mapper.primaryKey.map(({ column }) => owner.corresponding(column) ?? column),
    slots: null,
    from,
  }
}

/** Whether a join says nothing but that the pairs are equal. */
function isPlain(join: ColumnElement, pairs: readonly ColumnPair[]): boolean {
  const parts = conjuncts(join)
  return (
    parts.length === pairs.length &&
    parts.every(
      (part) =>
        part instanceof Binary &&
        part.operator === eq &&
        part.left instanceof SchemaColumn &&
        part.right instanceof SchemaColumn,
    )
  )
}

function conjuncts(join: ColumnElement): readonly ColumnElement[] {
  if (join instanceof Grouping) return conjuncts(join.element)
  return join instanceof BooleanList && join.operator === and ? join.clauses.flatMap(conjuncts) : [join]
}

function attributeFor(mapper: MapperLike, column: SchemaColumn): ColumnAttributeLike {
  const attribute = mapper.attributeOfColumn(column)
  if (attribute === null)
    throw new MappingError(`${mapper.className} maps no attribute to the column '${column.name}', which joins it`)
  return attribute
}

/** One column: `column IN (list)`. Several: a join with the keys as rows. */
function wantedRows(columns: readonly ColumnElement[]): Wanted {
  const [only] = columns
  if (only !== undefined && columns.length === 1) {
    const list = new Bind('p0', NO_VALUE, only.type, { required: true, expanding: true })
    return { where: [new Binary(only, in_, list, BooleanType)], rows: null, on: null }
  }
  const rows = new RowArrays(
    columns.map(({ type }, index) => ({
      name: `key_${index}`,
      type,
      bind: new Bind(`p${index}`, NO_VALUE, ARRAY(type), { required: true }),
    })),
    false,
  )
  const equalities = columns.map((column, index) => equals(column, rows.columnList[index] as ColumnElement))
  return { where: [], rows, on: conjunction(equalities) }
}

function equals(left: ColumnElement, right: ColumnElement): ColumnElement<boolean> {
  return new Binary(left, eq, right, BooleanType)
}

function conjunction(parts: readonly ColumnElement<boolean>[]): ColumnElement<boolean> | null {
  const [only] = parts
  return parts.length > 1 ? new BooleanList(and, parts) : (only ?? null)
}

function statementOf(
  builder: EagerBuilder,
  where: readonly ColumnElement<boolean>[],
  orderBy: readonly ColumnElement[],
): Select {
  return new Select({
    ...EMPTY_SELECT,
    items: builder.columns,
    froms: builder.froms,
    where,
    orderBy: [...orderBy, ...builder.orderBy],
  })
}

/** A statement that loads objects of one class by their primary keys. */
export interface KeyLoad {
  readonly statement: Select
  readonly plan: EntityPlan
}

const single: WeakMap<MapperLike, KeyLoad> = new WeakMap()
const many: WeakMap<MapperLike, KeyLoad> = new WeakMap()

/** Loads one object: its key's values are the parameters `p0`, `p1`, ... */
export function keyLoad(mapper: MapperLike, tree: StrategyTree = NO_OPTIONS): KeyLoad {
  return cached(single, mapper, tree, () => {
    const where = mapper.primaryKey.map(({ column }, index) =>
      equals(column, new Bind(`p${index}`, NO_VALUE, column.type, { required: true })),
    )
    return loadOf(mapper, mapper.table, where, tree)
  })
}

/** Loads several objects: the parameters are lists. */
export function keysLoad(mapper: MapperLike): KeyLoad {
  return cached(many, mapper, NO_OPTIONS, () => {
    const wanted = wantedRows(mapper.primaryKey.map(({ column }) => column))
    const from = wanted.rows === null ? mapper.table : new Join(mapper.table, wanted.rows, wanted.on)
    return loadOf(mapper, from, wanted.where, NO_OPTIONS)
  })
}

function cached(
  cache: WeakMap<MapperLike, KeyLoad>,
  mapper: MapperLike,
  tree: StrategyTree,
  make: () => KeyLoad,
): KeyLoad {
  if (tree !== NO_OPTIONS) return make()
  let load = cache.get(mapper)
  if (load === undefined) {
    load = make()
    cache.set(mapper, load)
  }
  return load
}

function loadOf(
  mapper: MapperLike,
  from: FromClause,
  where: readonly ColumnElement<boolean>[],
  tree: StrategyTree,
): KeyLoad {
  const builder = new EagerBuilder([from], postLoad)
  const offset = builder.select(mapper.columns.map(({ column }) => column))
  const plan = builder.entity({ mapper, from: mapper.table, tree, path: [] }, offset)
  return { statement: statementOf(builder, where, []), plan }
}
