// `SchemaColumn`: a column of a table, as structure and as expression.

import { ArgumentError } from '../../errors.ts'
import { checkKeys, quoteName, suggestion } from '../../nearest.ts'
import { sharesKind } from '../base/element.ts'
import { nextIdentity } from '../base/identity.ts'
import type { Pass } from '../base/pass.ts'
import { TAG_SIZE, Tag } from '../base/recipe.ts'
import { ColumnClause } from '../element/column.ts'
import { ColumnForms } from '../element/column-forms.ts'
import type { ForeignKeyLink } from '../from/from-clause.ts'
import type { TableClause } from '../from/table-clause.ts'
import { NullType } from '../types/null.ts'
import type { SqlType } from '../types/type.ts'
import type { ColumnParts } from './column-definition.ts'
import { type ClientDefault, clientDefault } from './default.ts'
import { checkWord } from './foreign-key-option.ts'
import { Sequence } from './sequence.ts'
import {
  type ComputedOptions,
  FetchedValue,
  type IdentityOptions,
  identityOf,
  type ServerDefault,
  type SqlExpression,
  serverDefaultOf,
  sqlExpression,
} from './server-default.ts'
import type { ColumnCompression, ColumnStorage } from './storage.ts'

/** What a column and its constraints may ask of their table. */
export interface ColumnOwner extends TableClause {
  /** `name`, or `schema.name`. */
  readonly key: string
  readonly columnList: readonly SchemaColumn[]
  readonly autoincrementColumn: SchemaColumn | null
  /** The table that this one is a copy of; null for none. */
  readonly copiedFrom: ColumnOwner | null
}

/** A column of a table. `table()` makes them, from what `Column()` says. */
export class SchemaColumn<N extends string = string, V = unknown, Source = unknown> extends ColumnClause<N, V, Source> {
  static {
    sharesKind(this)
  }
  /** Number in cache keys. */
  readonly id: number
  declare readonly name: string
  declare readonly table: ColumnOwner
  /** What `Column()` was given. */
  readonly definition: ColumnParts
  readonly primaryKey: boolean
  readonly nullable: boolean
  /** The value of INSERT where the statement gives none. */
  readonly default: ClientDefault | null
  /** The value of UPDATE where the statement gives none. */
  readonly onUpdate: ClientDefault | null
  readonly serverDefault: ServerDefault | null
  /** Set where the database changes the value at UPDATE by itself. */
  readonly serverOnUpdate: FetchedValue | null
  readonly identity: IdentityOptions | null
  readonly computed: ComputedOptions | null
  /** What every value must fulfil; null for nothing. */
  readonly check: SqlExpression | null
  readonly autoincrement: boolean | 'auto'
  /** Where long values are kept; null for the type's own way. */
  readonly storage: ColumnStorage | null
  /** How long values are compressed; null for the server's way. */
  readonly compression: ColumnCompression | null
  readonly comment: string | null
  /** What the application keeps with the column. */
  readonly info: Readonly<Record<string, unknown>>

  /** @internal */
  constructor(key: N, name: string, table: ColumnOwner, definition: ColumnParts, primaryKey: boolean) {
    const id = nextIdentity()
    const forms = new.target === SchemaColumn ? new ColumnForms(id * TAG_SIZE + Tag.column, false) : null
    super(key, name, (definition.type ?? NullType) as SqlType<V>, table, false, forms)
    const options = definition.options
    const place = `Column ${quoteName(`${table.key}.${key}`)}`
    this.id = id
    this.definition = definition
    this.primaryKey = primaryKey
    this.nullable = options.nullable ?? false
    this.default = clientDefault(`${place}: default`, options.default)
    this.onUpdate = clientDefault(`${place}: onUpdate`, options.onUpdate)
    this.serverDefault = serverDefaultOf(`${place}: serverDefault`, options.serverDefault)
    this.serverOnUpdate = options.serverOnUpdate ?? null
    if (this.serverOnUpdate !== null && !(this.serverOnUpdate instanceof FetchedValue))
      throw new ArgumentError(
        `${place}: serverOnUpdate is new FetchedValue(): what changes the value is the database's own`,
      )
    this.identity = identityOf(place, options.identity)
    this.computed = computedOf(place, options.computed)
    this.check = options.check === undefined ? null : sqlExpression(`${place}: check`, options.check)
    this.autoincrement = options.autoincrement ?? 'auto'
    checkWord(place, 'storage', options.storage, ['PLAIN', 'EXTERNAL', 'EXTENDED', 'MAIN'])
    checkWord(place, 'compression', options.compression, ['pglz', 'lz4'])
    this.storage = options.storage ?? null
    this.compression = options.compression ?? null
    this.comment = options.comment ?? null
    this.info = options.info ?? {}
    if (primaryKey && this.nullable)
      throw new ArgumentError(`${place} is part of the primary key and cannot be nullable`)
    checkSources(place, this)
  }

  /** The foreign keys that lead from this column. */
  get foreignKeys(): readonly ForeignKeyLink[] {
    return this.table.foreignKeyLinks().filter((link) => link.column === this)
  }

  /** Whether the database numbers this column: it is the integer primary key without another source of values. */
  get isAutoincrement(): boolean {
    return this.table.autoincrementColumn === this
  }

  /** Whether the database gives a value where INSERT gives none. */
  get hasServerValue(): boolean {
    return this.serverDefault !== null || this.identity !== null || this.computed !== null || this.isAutoincrement
  }

  /** @internal The type of the column referred to, where the definition names none. */
  settleType(type: SqlType): void {
    if (this.definition.type === null) (this as { type: SqlType }).type = type
  }

  override walk(pass: Pass): void {
    pass.identity(this)
  }
}

/** Two sources of one value: the database would refuse the table, or what the other one gives. */
function checkSources(place: string, column: SchemaColumn): void {
  const { computed, identity, onUpdate } = column
  const sources = [column.serverDefault, identity, computed].filter((source) => source !== null)
  if (sources.length > 1) throw new ArgumentError(`${place}: serverDefault, identity and computed exclude each other`)
  if (computed !== null && (column.default !== null || onUpdate !== null || column.serverOnUpdate !== null))
    throw new ArgumentError(
      `${place} is computed by the database, which takes no other value: leave out default, onUpdate and serverOnUpdate`,
    )
  if (identity === null) return
  if (column.serverOnUpdate !== null)
    throw new ArgumentError(`${place}: identity and serverOnUpdate exclude each other`)
  if (column.definition.options.default instanceof Sequence)
    throw new ArgumentError(`${place}: identity has a sequence of its own; leave out the other`)
  if (column.autoincrement === false)
    throw new ArgumentError(`${place}: identity numbers the column, which autoincrement: false forbids`)
}

function computedOf(place: string, given: ColumnParts['options']['computed']): ComputedOptions | null {
  if (given === undefined) return null
  const isRecord = typeof given === 'object' && given !== null && 'sql' in given
  if (isRecord) checkKeys(`${place}: computed`, given, ['sql'], ['persisted'])
  const { sql, persisted } = isRecord ? given : { sql: given, persisted: undefined }
  return { sql: sqlExpression(`${place}: computed`, sql), persisted: persisted ?? true }
}

/**
 * The column of a table that a constraint, an index or a foreign key means: by key, or else by SQL name.
 *
 * @returns null where there is none.
 */
export function findColumn(table: ColumnOwner, name: string): SchemaColumn | null {
  return (
    table.columnList.find((column) => column.key === name) ??
    table.columnList.find((column) => column.name === name) ??
    null
  )
}

/** The column of a copy that stands for one of the table that it was made of; null for a column of any other table. */
export function copiedColumn(table: ColumnOwner, column: SchemaColumn): SchemaColumn | null {
  for (let origin = table.copiedFrom; origin !== null; origin = origin.copiedFrom)
    if (column.table === origin) return findColumn(table, column.key)
  return null
}

/**
 * {@link findColumn} for what must be there.
 *
 * @param place what names the column, for the message.
 * @throws ArgumentError naming the nearest column.
 */
export function requireColumn(table: ColumnOwner, given: unknown, place: string): SchemaColumn {
  if (given instanceof SchemaColumn && given.table === table) return given
  const found =
    typeof given === 'string'
      ? findColumn(table, given)
      : given instanceof SchemaColumn
        ? copiedColumn(table, given)
        : null
  if (found !== null) return found
  const name = typeof given === 'string' ? quoteName(given) : `the given ${describe(given)}`
  const known = table.columnList.map((column) => column.key)
  const hint = typeof given === 'string' ? suggestion(given, known) : ''
  throw new ArgumentError(`${place} of table ${quoteName(table.key)} names ${name}, which is no column of it${hint}`)
}

function describe(given: unknown): string {
  if (given instanceof SchemaColumn) return `column ${quoteName(`${given.table.key}.${given.key}`)}`
  return given === null ? 'null' : typeof given
}
