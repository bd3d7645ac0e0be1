// Indexes: one query for all relations of a scope.
import type { ReflectedIndex, RelationScope } from '../../contract/introspector.ts'
import { INCLUDED_COLUMNS, KEY_PART_COLUMNS, type KeyPartsRow, keyParts } from './key-parts.ts'
import {
  type CatalogColumns,
  type CatalogQuery,
  catalogQuery,
  maybeText,
  oidOf,
  textOf,
  textsOf,
  truthOf,
} from './query.ts'
import { scopeSql } from './relations.ts'
import { storageOptions } from './storage-options.ts'

const JOINS =
  'JOIN pg_catalog.pg_index i ON i.indrelid = c.oid AND NOT i.indisprimary ' +
  'JOIN pg_catalog.pg_class ic ON ic.oid = i.indexrelid ' +
  'JOIN pg_catalog.pg_am am ON am.oid = ic.relam ' +
  "LEFT JOIN pg_catalog.pg_constraint con ON con.conindid = i.indexrelid AND con.contype IN ('u', 'x')"

/** A row of {@link indexesQuery}. */
export interface IndexRow extends KeyPartsRow {
  readonly relation: number
  readonly name: string
  readonly unique: boolean
  readonly include: readonly string[]
  readonly using: string
  readonly where: string | null
  readonly nullsNotDistinct: boolean
  readonly options: readonly string[]
  readonly tablespace: string | null
  readonly constraint: string | null
  readonly valid: boolean
  readonly comment: string | null
  readonly inherited: boolean
}

const COLUMNS: CatalogColumns<IndexRow> = {
  relation: oidOf('c.oid'),
  name: textOf('ic.relname'),
  unique: truthOf('i.indisunique'),
  include: textsOf(INCLUDED_COLUMNS),
  using: textOf('am.amname'),
  where: maybeText('pg_catalog.pg_get_expr(i.indpred, i.indrelid, true)'),
  nullsNotDistinct: truthOf('i.indnullsnotdistinct'),
  options: textsOf('ic.reloptions'),
  tablespace: maybeText('SELECT t.spcname FROM pg_catalog.pg_tablespace t WHERE t.oid = ic.reltablespace'),
  constraint: maybeText('con.conname'),
  valid: truthOf('i.indisvalid'),
  comment: maybeText("pg_catalog.obj_description(ic.oid, 'pg_class')"),
  inherited: truthOf('ic.relispartition'),
  ...KEY_PART_COLUMNS,
}

/** The indexes of all relations of a scope but those of primary keys, in order of name. */
export function indexesQuery(scope: RelationScope): CatalogQuery<IndexRow> {
  return catalogQuery(COLUMNS, [...scopeSql(scope, JOINS), ' ORDER BY c.oid, ic.relname'])
}

/** An index as it was read. */
export function indexOf(row: IndexRow): ReflectedIndex {
  return {
    name: row.name,
    unique: row.unique,
    parts: keyParts(row),
    include: row.include,
    using: row.using,
    where: row.where,
    nullsNotDistinct: row.nullsNotDistinct,
    with: storageOptions(row.options),
    tablespace: row.tablespace,
    duplicatesConstraint: row.constraint,
    valid: row.valid,
    comment: row.comment,
    ...(row.inherited ? { inherited: true } : {}),
  }
}
