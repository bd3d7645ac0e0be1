// A reflected relation as a Table or View of a MetaData.

import { ColumnClause } from '../../expression/element/column.ts'
import { TextClause } from '../../expression/element/text.ts'
import type { ColumnDefinitions } from '../../expression/from/typed.ts'
import type { SchemaColumn } from '../../expression/schema/column.ts'
import type { Constraint } from '../../expression/schema/constraint.ts'
import type { MetaData } from '../../expression/schema/metadata.ts'
import { partition } from '../../expression/schema/partition.ts'
import type { ReflectedPartitioning, ReflectedRelation } from '../../expression/schema/reflected.ts'
import type { ReflectRequest } from '../../expression/schema/reflector.ts'
import { definedAlready, register, Table, type TableColumns, type TableOptions } from '../../expression/schema/table.ts'
import type { Index } from '../../expression/schema/table-index.ts'
import type { PartitionBy } from '../../expression/schema/table-option.ts'
import { materializedView, type View, view } from '../../expression/schema/view.ts'
import { buildColumns, checkColumnNames } from './build-columns.ts'
import { buildConstraints, buildIndexes, type ConstraintParts, ownOf } from './build-constraints.ts'
import { partitionBounds } from './partition-bounds.ts'

/** How relations become tables. */
export interface Building {
  readonly registry: MetaData
  readonly request: ReflectRequest
  /** A name as the dialect quotes it. */
  readonly quote: (name: string) => string
}

/** `name`, or `schema.name`. */
export function relationKey({ name, schema }: { readonly name: string; readonly schema: string | null }): string {
  return schema === null ? name : `${schema}.${name}`
}

/** A table of the registry; the tables that it is a part of, or inherits from, are there already where they are at all. */
export async function buildTable(building: Building, relation: ReflectedRelation): Promise<Table> {
  const { registry, request } = building
  checkColumnNames(relation, request)
  const before = known(building, relation)
  if (before !== null) return before
  const earlier = replaced(building, relation)
  const asPartition = partitionOf(building, relation)
  if (asPartition !== null) return asPartition
  const columns = await buildColumns(registry, relation, request)
  const meanwhile = known(building, relation)
  if (meanwhile !== null) return meanwhile
  const kept = { ...earlier, ...replaced(building, relation) }
  const parts: ConstraintParts = { registry, relation, columns, quote: building.quote }
  const constraints = buildConstraints(parts)
  const definitions = { ...kept, ...columns.definitions }
  const options: TableOptions = {
    ...storageOptions(building, relation),
    schema: relation.schema,
    ...(relation.comment === null ? {} : { comment: relation.comment }),
    constraints: (made: TableColumns<ColumnDefinitions>): readonly (Constraint | Index)[] => [
      ...constraints,
      ...buildIndexes(parts, made as unknown as Readonly<Record<string, SchemaColumn>>),
    ],
  }
  return register(new Table(relation.name, registry, definitions, options))
}

/**
 * The table that somebody else has reflected meanwhile, into the same MetaData.
 *
 * @throws InvalidRequestError it lacks the columns that are given here.
 */
function known({ registry, request }: Building, relation: ReflectedRelation): Table | null {
  const found = request.extendExisting ? null : registry.findTable(relationKey(relation))
  if (found !== null && Object.keys(request.columns).length > 0) throw definedAlready(found.key)
  return found
}

/** Columns that only the earlier definition has, where it is to be replaced; it is forgotten then. */
function replaced({ registry, request }: Building, relation: ReflectedRelation): ColumnDefinitions {
  const known = request.extendExisting ? registry.findTable(relationKey(relation)) : null
  if (known === null) return {}
  const names = new Set(relation.columns.map((column) => column.name))
  registry.remove(known)
  return Object.fromEntries(
    known.columnList
      .filter((column) => !names.has(column.name))
      .map((column) => [column.key, column.definition as ColumnDefinitions[string]]),
  )
}

function storageOptions({ registry }: Building, relation: ReflectedRelation): TableOptions {
  const { inherits, partitionBy, using, with: parameters, tablespace, unlogged } = relation.storage
  const parents = inherits.flatMap((each) => registry.findTable(relationKey(each)) ?? [])
  const prefix = relation.temporary ? 'TEMPORARY' : unlogged ? 'UNLOGGED' : null
  return {
    ...(parents.length > 0 ? { inherits: parents } : {}),
    ...(partitionBy === null ? {} : { partitionBy: partitioning(partitionBy) }),
    ...(using === null ? {} : { using }),
    ...(Object.keys(parameters).length > 0 ? { with: parameters } : {}),
    ...(tablespace === null ? {} : { tablespace }),
    ...(prefix === null ? {} : { prefixes: [prefix] }),
  }
}

function partitioning({ strategy, parts }: ReflectedPartitioning): PartitionBy {
  const keys = parts.map(({ column, sql }) => {
    const isPlain = column !== null && (sql === column || sql === `"${column.replaceAll('"', '""')}"`)
    return isPlain ? column : new TextClause([sql], [])
  })
  if (strategy === 'RANGE') return { range: keys }
  return strategy === 'LIST' ? { list: keys } : { hash: keys }
}

/** Null for what is no partition of a table that is there. */
function partitionOf({ registry, quote }: Building, relation: ReflectedRelation): Table | null {
  const { partitionOf: origin, ...storage } = relation.storage
  if (origin === null) return null
  const parent = registry.findTable(relationKey(origin.parent))
  const bounds = partitionBounds(origin.bounds)
  if (parent === null || parent.storage.partitionBy === null || bounds === null) return null
  const { partitionBy, using, with: parameters, tablespace } = storage
  // The columns are those of the whole, with its keys.
  const keys = new Map(parent.columnList.map((column) => [column.name, column.key]))
  const columns = { definitions: {}, keys, overridden: new Map() }
  const parts: ConstraintParts = { registry, relation: ownOf(relation), columns, quote }
  return partition(relation.name, parent, bounds, {
    schema: relation.schema,
    ...(relation.comment === null ? {} : { comment: relation.comment }),
    constraints: [...buildConstraints(parts), ...buildIndexes(parts, {})],
    ...(partitionBy === null ? {} : { partitionBy: partitioning(partitionBy) }),
    ...(using === null ? {} : { using }),
    ...(Object.keys(parameters).length > 0 ? { with: parameters } : {}),
    ...(tablespace === null ? {} : { tablespace }),
  })
}

/** A view of the registry, which selects what it selects in the database. */
export function buildView({ registry, request, quote }: Building, relation: ReflectedRelation): View {
  const known = registry.views.get(relationKey(relation))
  if (known !== undefined && !request.extendExisting) return known
  if (known !== undefined) registry.remove(known)
  const sql = (relation.definition ?? '').trim().replace(/;$/, '')
  const columns = relation.columns.map(({ name, type }) => new ColumnClause(name, name, type))
  const query = new TextClause([sql], [], { executionOptions: {}, columns })
  const options = {
    schema: relation.schema,
    ...(relation.comment === null ? {} : { comment: relation.comment }),
  }
  const { with: parameters, using, tablespace } = relation.storage
  const { check_option: checkOption, ...rest } = parameters
  const more = Object.keys(rest).length > 0 ? { with: rest } : {}
  if (relation.kind !== 'materializedView') {
    const checked = checkOption === undefined ? {} : { checkOption: String(checkOption).toUpperCase() as 'LOCAL' }
    return view(relation.name, registry, query, {
      ...options,
      ...more,
      ...checked,
      ...(relation.temporary ? { temporary: true } : {}),
    })
  }
  const keys = new Map(columns.map(({ key }) => [key, key]))
  const parts: ConstraintParts = {
    registry,
    relation,
    columns: { definitions: {}, keys, overridden: new Map() },
    quote,
  }
  return materializedView(relation.name, registry, query, {
    ...options,
    ...more,
    indexes: buildIndexes(parts, {}),
    ...(using === null ? {} : { using }),
    ...(tablespace === null ? {} : { tablespace }),
  })
}
