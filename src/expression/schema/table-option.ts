// What CREATE TABLE says behind the columns: inheritance, partitions, storage.
import { ArgumentError } from '../../errors.ts'
import { quoteName } from '../../nearest.ts'
import { expect } from '../coerce/expect.ts'
import { TABLE } from '../coerce/roles.ts'
import { ColumnElement } from '../element/column-element.ts'
import { TextClause } from '../element/text.ts'
import type { TableClause } from '../from/table-clause.ts'
import { type ColumnOwner, requireColumn, SchemaColumn } from './column.ts'
import type { ColumnReference } from './constraint.ts'
import { checkWord } from './foreign-key-option.ts'
import type { SqlExpression } from './server-default.ts'
import { checkAccessMethod, checkStorageParameters, type StorageParameters } from './storage.ts'

/** A part of a partition key: a column by key, or an expression. */
export type PartitionPart = ColumnReference | SqlExpression

/** How the rows of a table are divided among its partitions. */
export type PartitionBy =
  | { readonly range: readonly PartitionPart[] }
  | { readonly list: readonly PartitionPart[] }
  | { readonly hash: readonly PartitionPart[] }

/** Which rows a partition holds; `'default'` takes those that no other takes. Texts as SQL are `text('MINVALUE')`. */
export type PartitionBounds =
  | { readonly from: readonly unknown[]; readonly to: readonly unknown[] }
  | { readonly in: readonly unknown[] }
  | { readonly modulus: number; readonly remainder: number }
  | 'default'

/** Options of `table()` that say how the table is kept. */
export interface StorageOptions {
  /** `PARTITION BY`: the rows are in partitions, which `partition()` makes. */
  readonly partitionBy?: PartitionBy
  /** `INHERITS`: tables whose columns this one has too. */
  readonly inherits?: TableClause | readonly TableClause[]
  /** The access method, such as `heap`. Default: the database's. */
  readonly using?: string
  /** Storage parameters: `{ fillfactor: 70 }`. */
  readonly with?: StorageParameters
  /** What becomes of a temporary table's rows at COMMIT. Default: they stay. */
  readonly onCommit?: 'PRESERVE ROWS' | 'DELETE ROWS' | 'DROP'
  /** Where it is kept. */
  readonly tablespace?: string
}

/** The keys of {@link StorageOptions}. */
export const STORAGE_KEYS = ['partitionBy', 'inherits', 'using', 'with', 'onCommit', 'tablespace'] as const

/** How a table is kept, checked and bound to its columns. */
export interface TableStorage {
  readonly partitionBy: {
    readonly strategy: 'RANGE' | 'LIST' | 'HASH'
    readonly parts: readonly SqlExpression[]
  } | null
  readonly inherits: readonly TableClause[]
  readonly using: string | null
  readonly with: StorageParameters
  readonly onCommit: 'PRESERVE ROWS' | 'DELETE ROWS' | 'DROP' | null
  readonly tablespace: string | null
}

/** @throws ArgumentError an option is not what it should be, or names a column that is not there. */
export function tableStorage(table: ColumnOwner, options: StorageOptions): TableStorage {
  const place = `Table ${quoteName(table.key)}`
  checkAccessMethod(place, options.using)
  checkStorageParameters(place, options.with)
  checkWord(place, 'onCommit', options.onCommit, ['PRESERVE ROWS', 'DELETE ROWS', 'DROP'])
  const { inherits = [] } = options
  return {
    partitionBy: options.partitionBy === undefined ? null : partitionKey(table, place, options.partitionBy),
    inherits: (Array.isArray(inherits) ? inherits : [inherits]).map(
      (each) => expect(TABLE, each, `${place}: inherits`) as TableClause,
    ),
    using: options.using ?? null,
    with: options.with ?? {},
    onCommit: options.onCommit ?? null,
    tablespace: options.tablespace ?? null,
  }
}

function partitionKey(table: ColumnOwner, place: string, given: PartitionBy): TableStorage['partitionBy'] {
  const [entry, ...more] = Object.entries(given ?? {}) as [string, readonly PartitionPart[]][]
  const [word, parts] = entry ?? ['', []]
  const strategy = word.toUpperCase()
  if (more.length > 0 || !(strategy === 'RANGE' || strategy === 'LIST' || strategy === 'HASH') || parts.length === 0)
    throw new ArgumentError(`${place}: partitionBy is { range: [...] }, { list: [...] } or { hash: [...] }`)
  return { strategy, parts: parts.map((part) => partitionPart(table, place, part)) }
}

function partitionPart(table: ColumnOwner, place: string, part: PartitionPart): SqlExpression {
  if (typeof part === 'string' || part instanceof SchemaColumn)
    return requireColumn(table, part, 'The partition key') as unknown as SqlExpression
  if (part instanceof ColumnElement || part instanceof TextClause) return part
  throw new ArgumentError(`${place}: a part of partitionBy is the key of a column or an expression`)
}
