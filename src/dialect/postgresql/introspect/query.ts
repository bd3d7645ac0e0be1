// Queries of the catalogs: the columns of a SELECT by name, each with its type and SQL, and rows read as objects.
import { Bind } from '../../../expression/element/bind.ts'
import { ColumnClause } from '../../../expression/element/column.ts'
import { TextClause } from '../../../expression/element/text.ts'
import { ARRAY } from '../../../expression/types/array.ts'
import { BigInteger, Integer } from '../../../expression/types/numeric.ts'
import { Boolean as BooleanSql } from '../../../expression/types/scalar.ts'
import { Text } from '../../../expression/types/string.ts'
import type { SqlType } from '../../../expression/types/type.ts'
import type { CatalogReader } from '../../contract/introspector.ts'
import { OID } from '../types-own.ts'

/** One column of a query: how its values are read, and what is selected. */
export type CatalogColumn<V = unknown> = readonly [type: SqlType<V>, sql: string]

/** The columns that make rows of such objects. */
export type CatalogColumns<Row> = { readonly [K in keyof Row]: CatalogColumn<Row[K]> }

/** SQL and the parameters in it. */
export type CatalogSql = readonly (string | Bind)[]

/** A query with a name for each column. */
export interface CatalogQuery<Row> {
  readonly statement: TextClause
  read(rows: readonly (readonly unknown[])[]): Row[]
}

/** The result types are said here, so that an application's own codecs change nothing in what is read. */
export function catalogQuery<Row extends object>(columns: CatalogColumns<Row>, from: CatalogSql): CatalogQuery<Row> {
  const entries: readonly (readonly [string, CatalogColumn])[] = Object.entries(columns)
  const list = entries.map(([name, [, sql]]) => `${sql} AS "${name}"`)
  const strings = [`SELECT ${list.join(', ')} `]
  const values: Bind[] = []
  for (const piece of from) {
    if (typeof piece === 'string') strings.push(`${strings.pop() ?? ''}${piece}`)
    else {
      values.push(piece)
      strings.push('')
    }
  }
  const result = entries.map(([name, [type]]) => new ColumnClause(name, name, type))
  return {
    statement: new TextClause(strings, values, { executionOptions: {}, columns: result }),
    read: (rows) => rows.map((row) => Object.fromEntries(entries.map(([name], place) => [name, row[place]])) as Row),
  }
}

/** Runs one query. */
export async function ask<Row>(read: CatalogReader, query: CatalogQuery<Row>): Promise<Row[]> {
  const [rows = []] = await read([query.statement])
  return query.read(rows)
}

/** The rows of relations, by relation. */
export function grouped<Row extends { readonly relation: number }>(rows: readonly Row[]): Map<number, Row[]> {
  const groups = new Map<number, Row[]>()
  for (const row of rows) {
    const group = groups.get(row.relation)
    if (group === undefined) groups.set(row.relation, [row])
    else group.push(row)
  }
  return groups
}

/** A parameter. */
export function given<V>(name: string, value: V, type: SqlType): Bind {
  return new Bind(name, value, type)
}

const TEXTS = ARRAY(Text) as SqlType<readonly string[]>
const NULLABLE_TEXTS = TEXTS as unknown as SqlType<readonly (string | null)[]>
const NUMBERS = ARRAY(Integer) as SqlType<readonly number[]>

/** A text that is always there. */
export const textOf = (sql: string): CatalogColumn<string> => [Text, `(${sql})::text`]
/** A text, or NULL. */
export const maybeText = (sql: string): CatalogColumn<string | null> => [
  Text as SqlType<string | null>,
  `(${sql})::text`,
]
export const oidOf = (sql: string): CatalogColumn<number> => [OID, sql]
export const truthOf = (sql: string): CatalogColumn<boolean> => [BooleanSql, sql]
export const numberOf = (sql: string): CatalogColumn<number> => [Integer, `(${sql})::integer`]
export const bigOf = (sql: string): CatalogColumn<bigint | null> => [
  BigInteger as SqlType<bigint | null>,
  `(${sql})::bigint`,
]
/** An array of texts, empty where there is none. */
export const textsOf = (sql: string): CatalogColumn<readonly string[]> => [TEXTS, `coalesce((${sql})::text[], '{}')`]
/** The same with NULLs in it. */
export const maybeTextsOf = (sql: string): CatalogColumn<readonly (string | null)[]> => [
  NULLABLE_TEXTS,
  `coalesce((${sql})::text[], '{}')`,
]
export const numbersOf = (sql: string): CatalogColumn<readonly number[]> => [
  NUMBERS,
  `coalesce((${sql})::integer[], '{}')`,
]
