// `Index`: an index of a table over columns and expressions.
import { ArgumentError } from '../../errors.ts'
import { checkKeys, quoteName } from '../../nearest.ts'
import { isRecord } from '../coerce/record.ts'
import { ColumnElement } from '../element/column-element.ts'
import { TextClause } from '../element/text.ts'
import { Unary } from '../element/unary.ts'
import { requireColumn, SchemaColumn } from './column.ts'
import { type Attachment, type ColumnReference, checkList, columnsOfParts, TableItem } from './constraint.ts'
import type { DdlCondition } from './ddl-condition.ts'
import { ownExpression } from './own-expression.ts'
import { type SqlExpression, sqlExpression } from './server-default.ts'
import { checkAccessMethod, checkStorageParameters, type StorageParameters } from './storage.ts'

/** Options of {@link Index}. */
export interface IndexOptions {
  /** No two rows may have the same values. Default false. */
  readonly unique?: boolean
  /** Only rows that fulfil this are in the index; a string is SQL as it is. */
  readonly where?: string | SqlExpression
  /** The access method: `btree` (the database's default), `gin`, `gist`, `hash`, `brin`, ... */
  readonly using?: string
  /** Columns kept in the index beside its keys. */
  readonly include?: readonly ColumnReference[]
  /** Two NULLs are the same. Default false. PostgreSQL 15 and later. */
  readonly nullsNotDistinct?: boolean
  /** Operator classes by column key, or by the label of an expression: `{ name: 'text_pattern_ops' }`. */
  readonly operatorClasses?: Readonly<Record<string, string>>
  /** Storage parameters: `{ fillfactor: 50 }`. */
  readonly with?: StorageParameters
  /** Where it is kept. */
  readonly tablespace?: string
  /** Kept in the database as the index's comment. */
  readonly comment?: string
  /** When it is emitted: `{ dialect: 'sqlite' }`. Default: always. */
  readonly ddlIf?: DdlCondition
}

/** A part of an index: a column by key, or an expression (`users.c.name.desc()`, `func.lower(users.c.name)`). */
export type IndexPart = ColumnReference | SqlExpression

const OPTION_KEYS = ['where', 'using', 'include', 'operatorClasses', 'with', 'ddlIf'] as const

/**
 * An index, given to `table()` among its `constraints`.
 *
 * @param name null leaves it to the naming convention, `ix_table_column` by default.
 * @example
 * new Index('ix_user_name', ['name'], { unique: true })   // CREATE UNIQUE INDEX ix_user_name ON users (name)
 */
export class Index extends TableItem {
  readonly namedKind = 'ix'
  readonly parts: readonly IndexPart[]
  readonly options: IndexOptions
  /** Empty until the index belongs to a table. */
  readonly expressions: readonly (ColumnElement | TextClause)[]
  readonly include: readonly SchemaColumn[]
  readonly unique: boolean
  readonly where: SqlExpression | null

  /** @internal the last argument */
  constructor(
    name: string | null,
    parts: readonly IndexPart[],
    options: IndexOptions = {},
    attachment: Attachment | null = null,
  ) {
    if (name !== null && typeof name !== 'string')
      throw new ArgumentError(
        "new Index(name, ['column']): the name is a text, or null for that of the naming convention",
      )
    const place = `Index ${name ?? ''}`.trim()
    checkKeys('Index', options, OPTION_KEYS, ['unique', 'nullsNotDistinct'], ['tablespace', 'comment'])
    const { ddlIf, comment } = options
    super(
      {
        ...(name === null ? {} : { name }),
        ...(ddlIf === undefined ? {} : { ddlIf }),
        ...(comment === undefined ? {} : { comment }),
      },
      attachment,
    )
    checkList(place, 'its columns and expressions', parts)
    checkList(place, 'the columns that it includes', options.include ?? [])
    if (parts.length === 0) throw new ArgumentError(`${place} needs a column or an expression`)
    checkAccessMethod(place, options.using)
    checkStorageParameters(place, options.with)
    checkOperatorClasses(place, options.operatorClasses, parts)
    this.parts = parts
    this.options = options
    this.unique = options.unique ?? false
    this.where =
      options.where === undefined
        ? null
        : ownExpression(sqlExpression(`${place}: where`, options.where), attachment?.table)
    this.expressions = attachment === null ? [] : parts.map((part) => expressionOf(part, attachment, place))
    this.include =
      attachment === null
        ? []
        : (options.include ?? []).map((reference) => requireColumn(attachment.table, reference, place))
  }
  protected override namedColumns(): readonly SchemaColumn[] {
    return columnsOfParts(this.expressions)
  }
  /** @internal */
  override boundTo(attachment: Attachment): Index {
    return new Index(this.givenName, this.parts, this.options, attachment)
  }
}

/** The key of a part that an operator class can be given by; null for an expression without a label. */
function partKey(part: IndexPart): string | null {
  if (typeof part === 'string') return part
  let element: unknown = part
  // DESC and NULLS LAST stand around what is meant.
  while (element instanceof Unary && element.postfix) element = element.element
  return element instanceof ColumnElement ? element.resultKey : null
}

/** The operator class of a part, as the options give it; null for the type's own. */
export function operatorClassOf(given: Readonly<Record<string, string>> | undefined, part: IndexPart): string | null {
  const key = partKey(part)
  return key !== null && given !== undefined && Object.hasOwn(given, key) ? (given[key] ?? null) : null
}

/** @throws ArgumentError a class of no part, or with a name that none has. */
export function checkOperatorClasses(
  place: string,
  given: Readonly<Record<string, string>> | undefined,
  parts: readonly IndexPart[],
): void {
  if (given !== undefined && !isRecord(given))
    throw new ArgumentError(`${place}: operatorClasses are names by part, such as { name: 'text_pattern_ops' }`)
  const keys = parts.map(partKey)
  for (const [key, name] of Object.entries(given ?? {})) {
    if (!keys.includes(key))
      throw new ArgumentError(`${place}: operatorClasses names ${quoteName(key)}, which is none of its parts`)
    if (typeof name !== 'string' || !/^[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)?$/.test(name))
      throw new ArgumentError(`${place}: ${quoteName(name)} is no name of an operator class`)
  }
}

function expressionOf(part: IndexPart, attachment: Attachment, place: string): ColumnElement | TextClause {
  const isColumn = typeof part === 'string' || part instanceof SchemaColumn
  if (isColumn) return requireColumn(attachment.table, part, place)
  if (part instanceof ColumnElement || part instanceof TextClause) return ownExpression(part, attachment.table)
  throw new ArgumentError(`${place}: a part is the key of a column or an expression`)
}
