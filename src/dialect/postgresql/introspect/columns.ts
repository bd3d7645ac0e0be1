// Columns: one query for all relations of a scope, one for the types that a database has beside PostgreSQL's own.
import type { ColumnCompression, ColumnStorage } from '../../../expression/schema/storage.ts'
import type {
  ReflectedColumn,
  ReflectedDefaultSequence,
  ReflectedIdentity,
  ReflectedNumbers,
  RelationScope,
} from '../../contract/introspector.ts'
import { collationOf, hiddenCollation, placeOfCollation } from './collation.ts'
import {
  bigOf,
  type CatalogColumns,
  type CatalogQuery,
  catalogQuery,
  maybeText,
  numberOf,
  oidOf,
  textOf,
  truthOf,
} from './query.ts'
import { referenceTo, scopeSql } from './relations.ts'
import type { TypeReader } from './type-reader.ts'

const JOINS =
  'JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped ' +
  'JOIN pg_catalog.pg_type t ON t.oid = a.atttypid ' +
  'LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum ' +
  'LEFT JOIN LATERAL (' +
  'SELECT own.objid AS oid FROM pg_catalog.pg_depend own ' +
  "WHERE a.attidentity <> '' AND own.refclassid = 'pg_catalog.pg_class'::regclass AND own.refobjid = c.oid " +
  "AND own.refobjsubid = a.attnum AND own.classid = 'pg_catalog.pg_class'::regclass AND own.deptype = 'i' " +
  'UNION ALL SELECT used.refobjid FROM pg_catalog.pg_depend used ' +
  "WHERE used.classid = 'pg_catalog.pg_attrdef'::regclass AND used.objid = d.oid " +
  "AND used.refclassid = 'pg_catalog.pg_class'::regclass AND used.refobjid <> c.oid LIMIT 1) generator ON true " +
  'LEFT JOIN pg_catalog.pg_sequence q ON q.seqrelid = generator.oid ' +
  'LEFT JOIN pg_catalog.pg_class qc ON qc.oid = q.seqrelid ' +
  'LEFT JOIN pg_catalog.pg_namespace qn ON qn.oid = qc.relnamespace'

/** The numbers of a sequence. */
export interface NumbersRow {
  readonly start: bigint | null
  readonly increment: bigint | null
  readonly minValue: bigint | null
  readonly maxValue: bigint | null
  readonly cycle: boolean
  readonly cache: bigint | null
  readonly dataType: string | null
}

/** They are read of the alias `q`. */
export const NUMBER_COLUMNS: CatalogColumns<NumbersRow> = {
  start: bigOf('q.seqstart'),
  increment: bigOf('q.seqincrement'),
  minValue: bigOf('q.seqmin'),
  maxValue: bigOf('q.seqmax'),
  cycle: truthOf('coalesce(q.seqcycle, false)'),
  cache: bigOf('q.seqcache'),
  dataType: maybeText('pg_catalog.format_type(q.seqtypid, NULL)'),
}

/** A row of {@link columnsQuery}. */
export interface ColumnRow extends NumbersRow {
  readonly relation: number
  readonly name: string
  readonly type: number
  readonly modifier: number
  readonly dimensions: number
  readonly typeName: string
  readonly notNull: boolean
  readonly expression: string | null
  readonly generated: string
  readonly identity: string
  readonly collation: string | null
  readonly collationSchema: string | null
  readonly storage: string | null
  readonly compression: string
  readonly comment: string | null
  readonly sequence: string | null
  readonly sequenceSchema: string | null
  readonly sequenceVisible: boolean
  readonly sequenceOwned: boolean
}

const COLUMNS: CatalogColumns<ColumnRow> = {
  relation: oidOf('c.oid'),
  name: textOf('a.attname'),
  type: oidOf('a.atttypid'),
  modifier: numberOf('a.atttypmod'),
  dimensions: numberOf('a.attndims'),
  typeName: textOf('pg_catalog.format_type(a.atttypid, a.atttypmod)'),
  notNull: truthOf("a.attnotnull OR (t.typtype = 'd' AND t.typnotnull)"),
  expression: maybeText('pg_catalog.pg_get_expr(d.adbin, d.adrelid, true)'),
  generated: textOf('a.attgenerated'),
  identity: textOf('a.attidentity'),
  collation: maybeText(
    'CASE WHEN a.attcollation <> t.typcollation THEN (SELECT l.collname FROM pg_catalog.pg_collation l WHERE l.oid = a.attcollation) END',
  ),
  collationSchema: maybeText(hiddenCollation('a.attcollation')),
  storage: maybeText('CASE WHEN a.attstorage <> t.typstorage THEN a.attstorage::text END'),
  compression: textOf('a.attcompression'),
  comment: maybeText('pg_catalog.col_description(c.oid, a.attnum)'),
  sequence: maybeText('qc.relname'),
  sequenceSchema: maybeText('qn.nspname'),
  sequenceVisible: truthOf('coalesce(pg_catalog.pg_table_is_visible(qc.oid), false)'),
  sequenceOwned: truthOf(
    "EXISTS (SELECT 1 FROM pg_catalog.pg_depend o WHERE o.classid = 'pg_catalog.pg_class'::regclass AND o.objid = q.seqrelid " +
      "AND o.refclassid = 'pg_catalog.pg_class'::regclass AND o.refobjid = c.oid AND o.refobjsubid = a.attnum AND o.deptype = 'a')",
  ),
  ...NUMBER_COLUMNS,
}

/** The columns of all relations of a scope, in the order of each. */
export function columnsQuery(scope: RelationScope): CatalogQuery<ColumnRow> {
  return catalogQuery(COLUMNS, [...scopeSql(scope, JOINS), ' ORDER BY c.oid, a.attnum'])
}

// DEFAULT nextval('name'::regclass) and nothing else; a quote within the name is doubled.
const NEXT_VALUE = /^nextval\('(?:[^']|'')*'::regclass\)$/

const STORAGES: Readonly<Record<string, ColumnStorage>> = { p: 'PLAIN', e: 'EXTERNAL', m: 'MAIN', x: 'EXTENDED' }
const COMPRESSIONS: Readonly<Record<string, ColumnCompression>> = { p: 'pglz', l: 'lz4' }

/** A column as it was read. */
export function columnOf(row: ColumnRow, types: TypeReader, asked: string | null): ReflectedColumn {
  const { type, known } = types.read(row.type, row.modifier, {
    dimensions: row.dimensions,
    collation: collationOf(row),
    typeName: row.typeName,
  })
  const computed = row.generated !== '' && row.expression !== null
  const isIdentity = row.identity !== ''
  const sequence = isIdentity || computed ? null : sequenceOf(row, asked)
  return {
    name: row.name,
    type,
    known,
    typeName: row.typeName,
    nullable: !row.notNull,
    default: computed ? null : row.expression,
    autoincrement: isIdentity || sequence?.owned === true,
    sequence,
    identity: isIdentity ? identityOf(row) : null,
    computed: computed ? { sql: row.expression, persisted: row.generated === 's' } : null,
    collation: row.collation,
    ...placeOfCollation(row),
    storage: row.storage === null ? null : (STORAGES[row.storage] ?? null),
    compression: COMPRESSIONS[row.compression] ?? null,
    comment: row.comment,
  }
}

/** The numbers of a sequence. */
export function numbersOf(row: NumbersRow): ReflectedNumbers {
  return {
    start: row.start ?? 1n,
    increment: row.increment ?? 1n,
    minValue: row.minValue ?? 1n,
    maxValue: row.maxValue ?? 1n,
    cycle: row.cycle,
    cache: Number(row.cache ?? 1n),
  }
}

function identityOf(row: ColumnRow): ReflectedIdentity {
  return { always: row.identity === 'a', ...numbersOf(row) }
}

function sequenceOf(row: ColumnRow, asked: string | null): ReflectedDefaultSequence | null {
  if (row.sequence === null || !NEXT_VALUE.test(row.expression ?? '')) return null
  return {
    ...referenceTo(row.sequence, row.sequenceSchema ?? '', row.sequenceVisible, asked),
    ...numbersOf(row),
    owned: row.sequenceOwned,
    dataType: row.dataType ?? 'bigint',
  }
}
