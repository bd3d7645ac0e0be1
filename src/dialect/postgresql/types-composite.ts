// Types that a schema defines: domains and composite types.
import { ArgumentError } from '../../errors.ts'
import { ColumnElement } from '../../expression/element/column-element.ts'
import { isPlainObject } from '../../expression/types/plain-object.ts'
import {
  type Affinity,
  type NamedType,
  type NamedTypeParts,
  SqlType,
  type TypeHost,
  type ValueOf,
  type ValueProcessor,
} from '../../expression/types/type.ts'
import { checkKeys } from '../../nearest.ts'
import { showValue } from '../../show.ts'

/** Options of {@link Domain}. */
export interface DomainOptions {
  /** Default: where the session creates things. */
  readonly schema?: string
  /** What every value must satisfy: SQL as it is, in which the value is called `VALUE`, or an expression. */
  readonly check?: string | ColumnElement<boolean>
  /** Name of the check. */
  readonly constraintName?: string
  /** Further conditions by their names, each as of `check`: `{ age_limit: 'VALUE < 200' }`. */
  readonly checks?: Readonly<Record<string, string | ColumnElement<boolean>>>
  /** Default false. */
  readonly notNull?: boolean
  /** DEFAULT: SQL as it is. */
  readonly default?: string
  readonly collation?: string
  /** The schema of the collation. Default: where the database finds it. */
  readonly collationSchema?: string
  /** Kept in the database as the domain's comment. */
  readonly comment?: string
  /** Whether `createAll` and `dropAll` create and drop it. Default true. */
  readonly createType?: boolean
}

/** @throws ArgumentError it is none, or empty. */
export function checkedName(what: string, name: unknown): string {
  if (typeof name === 'string' && name !== '') return name
  throw new ArgumentError(`${what}() takes a name that is not empty`)
}

/** See {@link Domain}. */
export class DomainType<V = unknown> extends SqlType<V> implements NamedTypeParts {
  readonly kind: string = 'domain'
  readonly name: string
  readonly schema: string | null
  readonly createdWithTables: boolean
  readonly comment: string | null
  /** What the domain is made of. */
  readonly base: SqlType<V>
  readonly options: DomainOptions
  constructor(name: string, base: SqlType<V>, options: DomainOptions) {
    super()
    this.name = name
    this.base = base
    this.schema = options.schema ?? null
    this.createdWithTables = options.createType ?? true
    this.comment = options.comment ?? null
    this.options = options
  }
  get affinity(): Affinity {
    return this.base.affinity
  }
  override shape(): readonly (string | boolean | SqlType | null)[] | null {
    const { check, constraintName, checks = {}, notNull, default: given, collation, collationSchema } = this.options
    if (check !== undefined && typeof check !== 'string') return null
    if (Object.values(checks).some((condition) => typeof condition !== 'string')) return null
    const conditions = JSON.stringify(Object.entries(checks))
    const parts = [check, constraintName, conditions, notNull, given, collation, collationSchema].map(
      (part) => part ?? null,
    )
    return [this.name, this.schema, this.base, ...parts]
  }
  override coerceComparedValue(value: unknown): SqlType | null | undefined {
    const own = this.base.coerceComparedValue(value)
    return own === this.base ? this : own
  }
  override bindProcessor(host: TypeHost): ValueProcessor | null {
    return this.base.bindProcessor(host)
  }
  override resultProcessor(host: TypeHost): ValueProcessor | null {
    return this.base.resultProcessor(host)
  }
  override requiredTypes(host: TypeHost): readonly NamedType[] {
    return [...this.base.requiredTypes(host), ...(this.createdWithTables ? [this as NamedType] : [])]
  }
  override sameValue(one: V | null | undefined, other: V | null | undefined): boolean {
    return this.base.sameValue(one, other)
  }
}

/**
 * A domain: a type with a name that is another with a condition on its values. It is created before the first table that uses it.
 *
 * @throws ArgumentError no name, no type, or an unknown option
 * @example
 * const Age = Domain('age', INTEGER, { check: 'VALUE >= 0' })   // CREATE DOMAIN age AS INTEGER CHECK (VALUE >= 0)
 */
export function Domain<V>(name: string, base: SqlType<V>, options: DomainOptions = {}): DomainType<V> {
  const texts = ['schema', 'constraintName', 'collation', 'collationSchema', 'comment'] as const
  checkKeys('Domain()', options, ['check', 'checks', 'default'], ['notNull', 'createType'], texts)
  if (!(base instanceof SqlType)) throw new ArgumentError('Domain() takes a name and a SQL type, such as INTEGER')
  if (options.default !== undefined && typeof options.default !== 'string')
    throw new ArgumentError(
      `Domain(): default is SQL as a string, such as '0' or "'new'"; got ${showValue(options.default)}`,
    )
  if (options.check !== undefined) checkCondition('check', options.check)
  const { checks = {} } = options as { readonly checks?: unknown }
  if (typeof checks !== 'object' || checks === null || Array.isArray(checks))
    throw new ArgumentError("Domain(): checks are conditions by name: { age_limit: 'VALUE < 200' }")
  for (const [key, condition] of Object.entries(checks)) checkCondition(`checks.${key}`, condition)
  return new DomainType(checkedName('Domain', name), base, options)
}

function checkCondition(option: string, given: unknown): void {
  if (typeof given === 'string' ? given.trim() === '' : !(given instanceof ColumnElement))
    throw new ArgumentError(`Domain(): ${option} is SQL as a string, or a boolean expression`)
}

/** The value of a composite type: an object by its fields; each of them can be null. */
export type CompositeValue<F> = { readonly [K in keyof F]: ValueOf<F[K]> | null }

/** Options of {@link Composite}. */
export interface CompositeOptions {
  /** Default: where the session creates things. */
  readonly schema?: string
  /** Kept in the database as the type's comment. */
  readonly comment?: string
  /** Whether `createAll` and `dropAll` create and drop it. Default true. */
  readonly createType?: boolean
}

/** See {@link Composite}. */
export class CompositeType<V = unknown> extends SqlType<V> implements NamedTypeParts {
  readonly kind: string = 'composite'
  readonly affinity: Affinity = 'other'
  readonly name: string
  readonly schema: string | null
  readonly createdWithTables: boolean
  readonly comment: string | null
  readonly fields: readonly (readonly [string, SqlType])[]
  constructor(name: string, fields: readonly (readonly [string, SqlType])[], options: CompositeOptions) {
    super()
    this.name = name
    this.fields = fields
    this.schema = options.schema ?? null
    this.createdWithTables = options.createType ?? true
    this.comment = options.comment ?? null
  }
  override shape(): readonly (string | SqlType | null)[] {
    return [this.name, this.schema, ...this.fields.flat()]
  }
  override coerceComparedValue(value: unknown): SqlType | null | undefined {
    return typeof value === 'object' && value !== null && isPlainObject(value) ? this : undefined
  }
  override bindProcessor(host: TypeHost): ValueProcessor | null {
    return this.#eachField((type) => type.bindProcessor(host))
  }
  override resultProcessor(host: TypeHost): ValueProcessor | null {
    return this.#eachField((type) => type.resultProcessor(host))
  }
  override requiredTypes(host: TypeHost): readonly NamedType[] {
    const inner = this.fields.flatMap(([, type]) => type.requiredTypes(host))
    return this.createdWithTables ? [...inner, this as NamedType] : inner
  }
  override sameValue(one: V | null | undefined, other: V | null | undefined): boolean {
    if (one === other) return true
    if (!one || !other) return false
    const [left, right] = [one, other] as unknown as [Record<string, never>, Record<string, never>]
    return this.fields.every(([key, type]) => type.sameValue(left[key] ?? null, right[key] ?? null))
  }
  #eachField(of: (type: SqlType) => ValueProcessor | null): ValueProcessor | null {
    const processors = this.fields.map(([key, type]) => [key, of(type)] as const)
    if (processors.every(([, process]) => process === null)) return null
    return (value) => {
      // What is no record of fields is for the codec to refuse: a copy of it would be one.
      if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
      if (!isPlainObject(value) && !this.fields.some(([key]) => Object.hasOwn(value, key))) return value
      const changed = processors.flatMap(([key, process]) => {
        if (!Object.hasOwn(value, key)) return []
        const one = (value as Record<string, unknown>)[key]
        return [[key, process === null ? one : process(one)] as const]
      })
      return { ...value, ...Object.fromEntries(changed) }
    }
  }
}

/**
 * A composite type: several values under one name. Its values are objects by field; it can stand in arrays and in other
 * composite types. It is created before the first table that uses it.
 *
 * @throws ArgumentError no name, no fields, or something that is no type
 * @example
 * const Address = Composite('address', { street: TEXT, zip: INTEGER })   // CREATE TYPE address AS (street TEXT, zip INTEGER)
 * Column(Address)                                                        // { street: string | null; zip: number | null }
 */
export function Composite<F extends Readonly<Record<string, SqlType>>>(
  name: string,
  fields: F,
  options: CompositeOptions = {},
): CompositeType<CompositeValue<F>> {
  checkKeys('Composite()', options, [], ['createType'], ['schema', 'comment'])
  const entries = typeof fields === 'object' && fields !== null ? Object.entries(fields) : []
  if (entries.length === 0) throw new ArgumentError('Composite() takes a name and at least one field: { street: TEXT }')
  for (const [key, type] of entries)
    if (!(type instanceof SqlType)) throw new ArgumentError(`Composite(): the field '${key}' has no SQL type`)
  return new CompositeType(checkedName('Composite', name), entries, options)
}
