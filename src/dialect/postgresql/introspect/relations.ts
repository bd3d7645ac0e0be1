// Which relations there are, what they are kept as, and what views show.
import { ARRAY } from '../../../expression/types/array.ts'
import { Text } from '../../../expression/types/string.ts'
import type {
  CatalogReader,
  ReflectedPartitioning,
  ReflectedStorage,
  RelationKind,
  RelationName,
  RelationPart,
  RelationReference,
  RelationScope,
} from '../../contract/introspector.ts'
import {
  ask,
  type CatalogColumns,
  type CatalogQuery,
  type CatalogSql,
  catalogQuery,
  given,
  maybeText,
  maybeTextsOf,
  oidOf,
  textOf,
  textsOf,
  truthOf,
} from './query.ts'
import { storageOptions } from './storage-options.ts'

const KINDS: Readonly<Record<RelationKind, string>> = {
  table: "'r', 'p'",
  view: "'v'",
  materializedView: "'m'",
  foreignTable: "'f'",
}

/** `FROM pg_class c ... WHERE ...` for the relations of a scope; more joins stand between. */
export function scopeSql(scope: RelationScope, joins = ''): CatalogSql {
  const kinds = scope.kinds.map((kind) => KINDS[kind]).join(', ')
  const from = `FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace ${joins}`
  const persistence = scope.temporary === null ? '' : ` AND c.relpersistence ${scope.temporary ? '=' : '<>'} 't'`
  const pieces = [
    `${from} WHERE c.relkind IN (${kinds === '' ? "'-'" : kinds})${persistence}`,
    ...schemaSql(scope.schema, 'n.nspname', 'pg_catalog.pg_table_is_visible(c.oid)'),
  ]
  if (scope.names === null) return pieces
  return [...pieces, ' AND c.relname = ANY (', given('names', [...scope.names], ARRAY(Text)), ')']
}

/** The condition on a schema; null is what the search path finds, but for the catalogs themselves. */
export function schemaSql(schema: string | null, name: string, visible: string): CatalogSql {
  if (schema === null) return [` AND ${visible} AND ${name} <> 'pg_catalog'`]
  return [` AND ${name} = `, given('schema', schema, Text)]
}

/** The names of the relations of a scope. */
export function namesQuery(scope: RelationScope): CatalogQuery<NameRow> {
  return catalogQuery(NAME_COLUMNS, [...scopeSql(scope), ' ORDER BY c.relname, c.oid'])
}

/** What is read of every relation. */
export interface NameRow {
  readonly relation: number
  readonly name: string
  readonly relkind: string
  readonly temporary: boolean
}

const NAME_COLUMNS: CatalogColumns<NameRow> = {
  relation: oidOf('c.oid'),
  name: textOf('c.relname'),
  relkind: textOf('c.relkind'),
  temporary: truthOf("c.relpersistence = 't'"),
}

const BY_RELKIND: Readonly<Record<string, RelationKind>> = {
  r: 'table',
  p: 'table',
  v: 'view',
  m: 'materializedView',
  f: 'foreignTable',
}

/** A relation by name, with the schema that was asked for. */
export function relationName(row: NameRow, schema: string | null): RelationName {
  return { name: row.name, schema, kind: BY_RELKIND[row.relkind] ?? 'table', temporary: row.temporary }
}

/** What is known of a relation besides its columns, constraints and indexes. */
export interface RelationRow extends NameRow {
  readonly comment: string | null
  readonly definition: string | null
  readonly parents: readonly string[]
  readonly parentSchemas: readonly string[]
  readonly parentVisible: readonly string[]
  readonly isPartition: boolean
  readonly bounds: string | null
  readonly partitionKey: string | null
  readonly keyColumns: readonly (string | null)[]
  readonly accessMethod: string | null
  readonly options: readonly string[]
  readonly tablespace: string | null
  readonly unlogged: boolean
  readonly reads: readonly string[]
  readonly readSchemas: readonly string[]
  readonly readVisible: readonly string[]
}

/** A relation that another one names: with its schema where it is the one that was asked for, or is not found without. */
export function referenceTo(name: string, schema: string, visible: boolean, asked: string | null): RelationReference {
  return { name, schema: schema === asked || !visible ? schema : null }
}

/** The relations of a scope with what was asked of them; dear functions only where they are wanted. */
export function relationsQuery(scope: RelationScope, parts: readonly RelationPart[]): CatalogQuery<RelationRow> {
  const storage = parts.includes('storage')
  const definition = parts.includes('definition')
  const nothing = 'NULL'
  return catalogQuery<RelationRow>(
    {
      ...NAME_COLUMNS,
      comment: maybeText(parts.includes('comment') ? "pg_catalog.obj_description(c.oid, 'pg_class')" : nothing),
      definition: maybeText(
        definition ? "CASE WHEN c.relkind IN ('v', 'm') THEN pg_catalog.pg_get_viewdef(c.oid, true) END" : nothing,
      ),
      parents: textsOf(storage ? parentsSql('p.relname') : nothing),
      parentSchemas: textsOf(storage ? parentsSql('pn.nspname') : nothing),
      parentVisible: textsOf(storage ? parentsSql('pg_catalog.pg_table_is_visible(p.oid)::text') : nothing),
      isPartition: truthOf('c.relispartition'),
      bounds: maybeText(storage ? 'pg_catalog.pg_get_expr(c.relpartbound, c.oid, true)' : nothing),
      partitionKey: maybeText(storage ? 'pg_catalog.pg_get_partkeydef(c.oid)' : nothing),
      keyColumns: maybeTextsOf(storage ? KEY_COLUMNS : nothing),
      accessMethod: maybeText(
        storage
          ? "(SELECT am.amname FROM pg_catalog.pg_am am WHERE am.oid = c.relam AND am.amname <> pg_catalog.current_setting('default_table_access_method'))"
          : nothing,
      ),
      options: textsOf(storage ? 'c.reloptions' : nothing),
      tablespace: maybeText(
        storage ? '(SELECT t.spcname FROM pg_catalog.pg_tablespace t WHERE t.oid = c.reltablespace)' : nothing,
      ),
      unlogged: truthOf("c.relpersistence = 'u'"),
      reads: textsOf(definition ? readsSql('rc.relname') : nothing),
      readSchemas: textsOf(definition ? readsSql('rn.nspname') : nothing),
      readVisible: textsOf(definition ? readsSql('pg_catalog.pg_table_is_visible(rc.oid)::text') : nothing),
    },
    [...scopeSql(scope), ' ORDER BY c.relname, c.oid'],
  )
}

/** What the rule of a view depends on. */
function readsSql(sql: string): string {
  return (
    `ARRAY(SELECT ${sql} FROM (SELECT DISTINCT d.refobjid AS oid FROM pg_catalog.pg_rewrite w JOIN pg_catalog.pg_depend d ` +
    "ON d.classid = 'pg_catalog.pg_rewrite'::regclass AND d.objid = w.oid AND d.refclassid = 'pg_catalog.pg_class'::regclass " +
    "WHERE w.ev_class = c.oid AND d.refobjid <> c.oid AND c.relkind IN ('v', 'm')) r " +
    'JOIN pg_catalog.pg_class rc ON rc.oid = r.oid JOIN pg_catalog.pg_namespace rn ON rn.oid = rc.relnamespace ORDER BY rc.oid)'
  )
}

function parentsSql(sql: string): string {
  return (
    `ARRAY(SELECT ${sql} FROM pg_catalog.pg_inherits i JOIN pg_catalog.pg_class p ON p.oid = i.inhparent ` +
    'JOIN pg_catalog.pg_namespace pn ON pn.oid = p.relnamespace WHERE i.inhrelid = c.oid ORDER BY i.inhseqno)'
  )
}

const KEY_COLUMNS =
  "ARRAY(SELECT a.attname FROM pg_catalog.pg_partitioned_table k, pg_catalog.unnest(pg_catalog.string_to_array(k.partattrs::text, ' ')::integer[]) WITH ORDINALITY AS p(number, place) " +
  'LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum = p.number AND p.number > 0 WHERE k.partrelid = c.oid ORDER BY p.place)'

function references(
  names: readonly string[],
  schemas: readonly string[],
  visible: readonly string[],
  asked: string | null,
): RelationReference[] {
  return names.map((name, place) => referenceTo(name, schemas[place] ?? '', visible[place] === 'true', asked))
}

/** What a view reads. */
export function dependenciesOf(row: RelationRow, asked: string | null): RelationReference[] {
  return references(row.reads, row.readSchemas, row.readVisible, asked)
}

/** How a relation is kept. */
export function storageOf(row: RelationRow, asked: string | null): ReflectedStorage {
  const parents = references(row.parents, row.parentSchemas, row.parentVisible, asked)
  const [parent] = parents
  return {
    inherits: row.isPartition ? [] : parents,
    partitionBy: row.partitionKey === null ? null : partitioning(row.partitionKey, row.keyColumns),
    partitionOf: row.isPartition && parent !== undefined ? { parent, bounds: row.bounds ?? 'DEFAULT' } : null,
    using: row.accessMethod,
    with: storageOptions(row.options),
    tablespace: row.tablespace,
    unlogged: row.unlogged,
  }
}

/** `RANGE (at, lower(name))` in its parts. */
function partitioning(text: string, columns: readonly (string | null)[]): ReflectedPartitioning {
  const open = text.indexOf('(')
  const key = text.slice(open + 1, -1)
  const parts = splitList(key)
  return {
    strategy: text.slice(0, open).trim() as ReflectedPartitioning['strategy'],
    key,
    parts: parts.map((sql, place) => ({ column: columns[place] ?? null, sql })),
  }
}

/** SQL at whose commas it is cut, but for those in parentheses, brackets, texts and quoted names. */
function splitList(sql: string): string[] {
  const parts: string[] = []
  let depth = 0
  let quote = ''
  let start = 0
  for (let place = 0; place < sql.length; place += 1) {
    const character = sql[place] as string
    if (quote !== '') {
      if (character === quote) quote = ''
    } else if (character === "'" || character === '"') quote = character
    else if (character === '(' || character === '[') depth += 1
    else if (character === ')' || character === ']') depth -= 1
    else if (character === ',' && depth === 0) {
      parts.push(sql.slice(start, place).trim())
      start = place + 1
    }
  }
  const last = sql.slice(start).trim()
  return last === '' && parts.length === 0 ? [] : [...parts, last]
}

/** The relations of a scope by name. */
export async function readRelations(read: CatalogReader, scope: RelationScope): Promise<RelationName[]> {
  const rows = await ask(read, namesQuery(scope))
  return rows.map((row) => relationName(row, scope.schema))
}
