// The questions to SQLite's catalogs: SELECTs of sqlite_schema joined with the functions of PRAGMAs, one answer for all tables.
import { Bind } from '../../../expression/element/bind.ts'
import { ColumnClause } from '../../../expression/element/column.ts'
import { TextClause } from '../../../expression/element/text.ts'
import { Integer } from '../../../expression/types/numeric.ts'
import { Boolean as BooleanSql } from '../../../expression/types/scalar.ts'
import { Text } from '../../../expression/types/string.ts'
import type { SqlType } from '../../../expression/types/type.ts'
import type { CatalogReader, RelationScope } from '../../contract/introspector.ts'

/** A query whose rows are read as objects. */
export interface CatalogQuery<Row> {
  readonly statement: TextClause
  read(rows: readonly (readonly unknown[])[]): Row[]
}

type Columns<Row> = { readonly [K in keyof Row]: readonly [type: SqlType, sql: string] }

function queryOf<Row extends object>(
  columns: Columns<Row>,
  from: string,
  names: readonly string[] | null,
): CatalogQuery<Row> {
  const entries = Object.entries(columns) as [string, readonly [SqlType, string]][]
  const list = entries.map(([name, [, sql]]) => `${sql} AS "${name}"`).join(', ')
  const [head = '', tail = ''] = from.split(NAMES)
  const within = names === null ? [] : [new Bind('names', JSON.stringify(names), Text)]
  const strings = names === null ? [`SELECT ${list} ${head}${tail}`] : [`SELECT ${list} ${head}${FILTER}`, `))${tail}`]
  const result = entries.map(([name, [type]]) => new ColumnClause(name, name, type))
  return {
    statement: new TextClause(strings, within, { executionOptions: {}, columns: result }),
    read: (rows) => rows.map((row) => Object.fromEntries(entries.map(([name], place) => [name, row[place]])) as Row),
  }
}

/** Where the names of a scope are asked for. */
const NAMES = '/*names*/'
const FILTER = ' AND m.name COLLATE NOCASE IN (SELECT value FROM json_each('

/** Runs one query. */
export async function ask<Row>(read: CatalogReader, query: CatalogQuery<Row>): Promise<Row[]> {
  const [rows = []] = await read([query.statement])
  return query.read(rows)
}

/** A table or view. */
export interface RelationRow {
  readonly name: string
  readonly isView: boolean
  readonly sql: string | null
}

/** A column of a table or view. */
export interface ColumnRow {
  readonly relation: string
  readonly name: string
  readonly type: string
  readonly isNotNull: boolean
  readonly default: string | null
  /** Its place in the primary key, from 1; 0 for none. */
  readonly key: number
  /** 2 virtual, 3 stored; 0 for a plain column. Those that virtual tables hide (1) are none of theirs. */
  readonly hidden: number
}

/** A column of a foreign key. */
export interface ForeignKeyRow {
  readonly relation: string
  readonly id: number
  readonly table: string
  readonly from: string
  readonly to: string | null
  readonly onUpdate: string
  readonly onDelete: string
}

/** A key of an index. */
export interface IndexRow {
  readonly relation: string
  readonly index: string
  readonly isUnique: boolean
  /** `c` by CREATE INDEX, `u` of UNIQUE, `pk` of PRIMARY KEY. */
  readonly origin: string
  readonly column: string | null
  readonly isDescending: boolean
  readonly collation: string | null
  readonly sql: string | null
}

/** Each schema's own table of what it has; `temp` is for what lives as long as the connection. */
export function catalogOf(schema: string, alias = 'm'): string {
  return `"${schema.replaceAll('"', '""')}".sqlite_schema ${alias}`
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}

const OWN = `substr(m.name, 1, 7) <> 'sqlite_'${NAMES}`

function kindsOf({ kinds }: RelationScope): string {
  const types = [...(kinds.includes('table') ? ["'table'"] : []), ...(kinds.includes('view') ? ["'view'"] : [])]
  return `m.type IN (${types.join(', ')})`
}

/** The relations of a schema. */
export function relationsQuery(schema: string, scope: RelationScope): CatalogQuery<RelationRow> {
  return queryOf<RelationRow>(
    { name: [Text, 'm.name'], isView: [BooleanSql, "m.type = 'view'"], sql: [Text, 'm.sql'] },
    `FROM ${catalogOf(schema)} WHERE ${kindsOf(scope)} AND ${OWN} ORDER BY m.name`,
    scope.names,
  )
}

/** Their columns. */
export function columnsQuery(schema: string, scope: RelationScope): CatalogQuery<ColumnRow> {
  return queryOf<ColumnRow>(
    {
      relation: [Text, 'm.name'],
      name: [Text, 'x.name'],
      type: [Text, 'x.type'],
      isNotNull: [BooleanSql, 'x."notnull"'],
      default: [Text, 'x.dflt_value'],
      key: [Integer, 'x.pk'],
      hidden: [Integer, 'x.hidden'],
    },
    `FROM ${catalogOf(schema)}, pragma_table_xinfo(m.name, ${quoted(schema)}) x WHERE ${kindsOf(scope)} AND ${OWN} AND x.hidden != 1 ORDER BY m.name, x.cid`,
    scope.names,
  )
}

/**
 * Their foreign keys. SQLite keeps their targets as they were written: in any case, and without columns where the primary key
 * is meant. The answer has the names of what is there, and the words where nothing is.
 */
export function foreignKeysQuery(schema: string, scope: RelationScope): CatalogQuery<ForeignKeyRow> {
  const target = `pragma_table_xinfo(f."table", ${quoted(schema)}) p`
  return queryOf<ForeignKeyRow>(
    {
      relation: [Text, 'm.name'],
      id: [Integer, 'f.id'],
      table: [
        Text,
        `coalesce((SELECT t.name FROM ${catalogOf(schema, 't')} WHERE t.type = 'table' AND t.name = f."table" COLLATE NOCASE), f."table")`,
      ],
      from: [Text, 'f."from"'],
      to: [
        Text,
        `coalesce((SELECT p.name FROM ${target} WHERE CASE WHEN f."to" IS NULL THEN p.pk = f.seq + 1 ELSE p.name = f."to" COLLATE NOCASE END), f."to")`,
      ],
      onUpdate: [Text, 'f.on_update'],
      onDelete: [Text, 'f.on_delete'],
    },
    `FROM ${catalogOf(schema)}, pragma_foreign_key_list(m.name, ${quoted(schema)}) f WHERE m.type = 'table' AND ${OWN} ORDER BY m.name, f.id DESC, f.seq`,
    scope.names,
  )
}

/** Their indexes, those of constraints too. */
export function indexesQuery(schema: string, scope: RelationScope): CatalogQuery<IndexRow> {
  return queryOf<IndexRow>(
    {
      relation: [Text, 'm.name'],
      index: [Text, 'l.name'],
      isUnique: [BooleanSql, 'l."unique"'],
      origin: [Text, 'l.origin'],
      column: [Text, 'x.name'],
      isDescending: [BooleanSql, 'x."desc"'],
      collation: [Text, 'x.coll'],
      sql: [Text, `(SELECT s.sql FROM ${catalogOf(schema, 's')} WHERE s.type = 'index' AND s.name = l.name)`],
    },
    `FROM ${catalogOf(schema)}, pragma_index_list(m.name, ${quoted(schema)}) l, pragma_index_xinfo(l.name, ${quoted(schema)}) x ` +
      `WHERE m.type = 'table' AND x.key AND ${OWN} ORDER BY m.name, l.seq DESC, x.seqno`,
    scope.names,
  )
}

/** The attached databases. */
export const SCHEMAS: CatalogQuery<{ readonly name: string }> = queryOf<{ readonly name: string }>(
  { name: [Text, 'name'] },
  "FROM pragma_database_list WHERE name <> 'temp' ORDER BY name",
  null,
)
