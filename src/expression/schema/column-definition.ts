// `Column()`: a column's type and options, as a value for `table()` and as a decorator for a property of a class.
import { ArgumentError, InvalidRequestError } from '../../errors.ts'
import { checkKeys } from '../../nearest.ts'
import { Socket } from '../base/socket.ts'
import type { ColumnElement, RowsOf } from '../element/column-element.ts'
import type { TextClause } from '../element/text.ts'
import type { ColumnDefinition, SingleValue } from '../from/typed.ts'
import { SqlType } from '../types/type.ts'
import type { DefaultContext } from './default.ts'
import type { ForeignKeyDefinition, ForeignKeyTarget } from './foreign-key-option.ts'
import type { ColumnProperty, PropertyKeyOrContext, PropertyResult } from './property-decorator.ts'
import type { Sequence } from './sequence.ts'
import type { ComputedOptions, FetchedValue, IdentityOptions, ServerDefault, SqlExpression } from './server-default.ts'
import type { ColumnCompression, ColumnStorage } from './storage.ts'

/** SQL that gives a value: an expression, `text()`, or a SELECT of one column. */
export type DefaultExpression<V = unknown> =
  | ColumnElement<V>
  | SingleValue<V | null>
  | TextClause<unknown, unknown[]>
  | RowsOf<V | null>

/** Options of {@link Column}. */
export interface ColumnOptions<V = unknown> {
  /** Name in SQL. Default: the key, changed by the MetaData's `columnNaming`. */
  readonly name?: string
  /** Part of the primary key. Default false. */
  readonly primaryKey?: boolean
  /** May hold NULL. Default false. */
  readonly nullable?: boolean
  /** UNIQUE constraint on this column alone. Default false. */
  readonly unique?: boolean
  /** Index on this column alone; with `unique` a unique index. Default false. */
  readonly index?: boolean
  /**
   * Used by INSERT where the statement gives no value: a value, a function called for each row, an SQL expression, a SELECT of one
   * value, or a sequence, which is created with the table.
   */
  readonly default?: V | ((context: DefaultContext) => V | PromiseLike<V>) | DefaultExpression<V> | Sequence
  /** The same for UPDATE. */
  readonly onUpdate?: V | ((context: DefaultContext) => V | PromiseLike<V>) | DefaultExpression<V>
  /** DEFAULT in CREATE TABLE: a string becomes a literal, an expression is written as it is; `new FetchedValue()` writes none. */
  readonly serverDefault?: ServerDefault
  /** Says that the database changes the value at UPDATE, by a trigger for example. Nothing is written. */
  readonly serverOnUpdate?: FetchedValue
  /** `GENERATED ... AS IDENTITY`; true for the database's defaults. */
  readonly identity?: boolean | IdentityOptions
  /** `GENERATED ALWAYS AS (...)`; a string is SQL as it is. */
  readonly computed?: string | SqlExpression | ComputedOptions
  /** `CHECK (...)` behind the column, without a name of its own; a string is SQL as it is. With a name: `CheckConstraint` of the table. */
  readonly check?: string | SqlExpression
  /** The column referred to: `'table.column'`, a column, a function that gives it, or `ForeignKey(target, options)`. */
  readonly foreignKey?: ForeignKeyTarget | ForeignKeyDefinition
  /** Numbered by the database. Default 'auto': the one integer primary key column without foreign key and default is. */
  readonly autoincrement?: boolean | 'auto'
  /**
   * Where long values are kept, PostgreSQL's `SET STORAGE`: in the row as they are (`PLAIN`), compressed and in the row where they fit
   * (`MAIN`), outside as they are (`EXTERNAL`) or compressed (`EXTENDED`). Default: the type's own way.
   */
  readonly storage?: ColumnStorage
  /** How long values are compressed, PostgreSQL's `SET COMPRESSION`. Default: as the server is set. */
  readonly compression?: ColumnCompression
  /** Kept in the database as the column's comment. */
  readonly comment?: string
  /** Place among the columns: those with lower numbers come first. Default 0: in order of definition. */
  readonly sortOrder?: number
  /** Whatever the application wants to keep with the column. */
  readonly info?: Readonly<Record<string, unknown>>
}

const OPTION_KEYS: readonly (keyof ColumnOptions)[] = [
  'name',
  'default',
  'onUpdate',
  'serverDefault',
  'serverOnUpdate',
  'identity',
  'computed',
  'check',
  'foreignKey',
  'autoincrement',
  'sortOrder',
  'storage',
  'compression',
  'info',
]
const FLAGS: readonly (keyof ColumnOptions)[] = ['primaryKey', 'nullable', 'unique', 'index']

/** The value in a row. */
export type Nullable<V, O> = O extends { readonly nullable: true } ? V | null : V

/** Whether an INSERT may leave the column out. */
export type MayBeOmitted<O> = O extends
  | { readonly primaryKey: true }
  | { readonly nullable: true }
  | { readonly default: unknown }
  | { readonly serverDefault: unknown }
  | { readonly identity: unknown }
  | { readonly computed: unknown }
  ? true
  : false

/** The value's type where only the foreign key tells it. */
export type ReferredValue<O> = O extends { readonly foreignKey: infer T }
  ? T extends ForeignKeyDefinition<infer V> | Exclude<ForeignKeyTarget<infer V>, string>
    ? V
    : unknown
  : unknown

/** A type parameter accepts more properties than its constraint names; this refuses them. */
export type KnownOptions<O> = object & { readonly [K in Exclude<keyof O, keyof ColumnOptions>]: never }

/** What `Column()` holds, whatever its value. */
export interface ColumnParts {
  /** Null where the property's own type or the foreign key gives it. */
  readonly type: SqlType | null
  readonly options: ColumnOptions
}

/** A column's type and options; also a decorator of a property that holds such values, in both dialects of decorators. */
export interface ColumnDef<V, Omissible extends boolean = boolean> extends ColumnDefinition<V, Omissible>, ColumnParts {
  <T, const K extends PropertyKeyOrContext>(
    target: T,
    property: ColumnProperty<T, K, V>,
    descriptor?: PropertyDescriptor,
  ): PropertyResult<T>
}

/** A column without a type of its own: a decorator for any property. */
export interface UntypedColumnDef<V, Omissible extends boolean = boolean>
  extends ColumnDefinition<V, Omissible>,
    ColumnParts {
  <T>(target: T, property: PropertyKeyOrContext, descriptor?: PropertyDescriptor): PropertyResult<T>
}

/**
 * What a column definition does as a decorator; the ORM plugs it.
 * It gets the definition and the two arguments of the decorator call, whose shape tells the dialect of decorators:
 * `(prototype, key)`, `(undefined, context)`, or `(accessor, context)`.
 */
export const decorateColumn: Socket<(definition: ColumnParts, first: unknown, second: unknown) => unknown> = new Socket(
  'decorateColumn',
)

const COLUMN_DEFINITION: unique symbol = Symbol.for('tsalchemy.columnDefinition') as never

/**
 * A column: its type and options.
 *
 * The result is a value for `table()` and a decorator for a property of a mapped class. It is NOT NULL unless `nullable` says
 * otherwise. As a decorator it checks the property: `@Column(Integer) name!: string` does not compile.
 *
 * @param type may be left out where the property's type or the foreign key's column gives it.
 * @throws ArgumentError an unknown option, or no type where none was given by anything else.
 * @example
 * const users = table('users', metadata, {
 *   id: Column(Integer, { primaryKey: true }),
 *   name: Column(String(50)),
 *   nick: Column(String(50), { nullable: true }),
 * })
 */
export function Column<V, const O extends ColumnOptions<NoInfer<V>>>(
  type: SqlType<V>,
  options?: O & KnownOptions<O>,
): ColumnDef<Nullable<V, O>, MayBeOmitted<O>>
export function Column<const O extends ColumnOptions>(
  options?: O & KnownOptions<O>,
): UntypedColumnDef<Nullable<ReferredValue<O>, O>, MayBeOmitted<O>>
export function Column(typeOrOptions?: unknown, givenOptions?: unknown): unknown {
  const typed = typeOrOptions instanceof SqlType
  const type = typed ? typeOrOptions : null
  // A type of the user's that lacks what it needs says so here, and not where the table is first used.
  void type?.id
  const options = checkedOptions(typed || typeOrOptions === null ? givenOptions : typeOrOptions)
  const definition = (first: unknown, second: unknown): unknown => {
    if (!decorateColumn.isPlugged)
      throw new InvalidRequestError(
        "@Column on a property needs the ORM: import { DeclarativeBase, Entity } from 'tsalchemy/orm' before the class is defined",
      )
    return decorateColumn.use(definition as unknown as ColumnParts, first, second)
  }
  Object.defineProperty(definition, COLUMN_DEFINITION, { value: true })
  return Object.assign(definition, { type, options })
}

function checkedOptions(given: unknown): ColumnOptions {
  if (given === undefined) return {}
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    throw new ArgumentError(
      'Column(type, options): the type is a SQL type such as Integer or String(50), the options are an object',
    )
  checkKeys('Column()', given, OPTION_KEYS, FLAGS, ['comment'])
  const options = given as ColumnOptions
  if (options.name !== undefined && (typeof options.name !== 'string' || options.name === ''))
    throw new ArgumentError('Column(): name is a text that is not empty')
  const { autoincrement } = options
  if (autoincrement !== undefined && autoincrement !== 'auto' && typeof autoincrement !== 'boolean')
    throw new ArgumentError("Column(): autoincrement is true, false or 'auto'")
  if (options.sortOrder !== undefined && !Number.isFinite(options.sortOrder))
    throw new ArgumentError('Column(): sortOrder is a number')
  return options
}

/** Whether a value was made by {@link Column}. */
export function isColumnDefinition(value: unknown): value is ColumnParts {
  return typeof value === 'function' && COLUMN_DEFINITION in value
}
