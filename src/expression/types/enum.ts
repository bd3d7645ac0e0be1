// Enumerations: a union of texts, or the values of an object, as a type.
import { ArgumentError } from '../../errors.ts'
import { checkKeys } from '../../nearest.ts'
import { showValue } from '../../show.ts'
import { countArgument } from './argument.ts'
import { isPlainObject } from './plain-object.ts'
import { type Affinity, type NamedType, SqlType, type TypeHost, type ValueProcessor } from './type.ts'

/** Options of {@link Enum}. */
export interface EnumOptions {
  /** The type's name in the database; a native type must have one. */
  readonly name?: string
  /** The type's schema. Default: where the session creates things. */
  readonly schema?: string
  /** A type of the database's own where it has such types. Default true; false is VARCHAR with a CHECK constraint. */
  readonly native?: boolean
  /** Whether a CHECK constraint guards the column where there is no native type; columns of arrays have none. Default true. */
  readonly createConstraint?: boolean
  /** Whether `createAll` and `dropAll` create and drop the native type. Default true. */
  readonly createType?: boolean
  /** Kept in the database as the type's comment, where it is a native type. */
  readonly comment?: string
  /** Length of the VARCHAR where there is no native type. Default: that of the longest label. */
  readonly length?: number
}

const OPTION_KEYS = ['name', 'schema', 'length'] as const
const FLAGS = ['native', 'createConstraint', 'createType'] as const
const TEXTS = ['comment'] as const

/** See {@link Enum}. */
export class EnumType<V = string> extends SqlType<V> {
  readonly kind: string = 'enum'
  readonly affinity: Affinity = 'string'
  /** What the database calls the values, in order. */
  readonly labels: readonly string[]
  /** Null for one without a name, which has no native type. */
  readonly name: string
  readonly schema: string | null
  readonly native: boolean
  readonly createConstraint: boolean
  /** Whether the CHECK constraint was asked for, rather than being what there is without a word. */
  readonly asksForConstraint: boolean
  readonly createdWithTables: boolean
  readonly comment: string | null
  readonly length: number
  readonly #byLabel: ReadonlyMap<string, V>
  readonly #labelOf: ReadonlyMap<unknown, string>

  /** @internal */
  constructor(values: ReadonlyMap<string, V>, options: EnumOptions) {
    super()
    this.labels = [...values.keys()]
    this.name = options.name ?? ''
    this.schema = options.schema ?? null
    this.native = options.native ?? true
    this.createConstraint = options.createConstraint ?? true
    this.asksForConstraint = options.createConstraint === true
    this.createdWithTables = options.createType ?? true
    this.comment = options.comment ?? null
    const { length } = options
    const long = length === undefined ? undefined : this.labels.find((label) => [...label].length > length)
    if (long !== undefined)
      throw new ArgumentError(`Enum(): length is ${length}, and the label ${shown(long)} is longer`)
    this.length = length ?? Math.max(...this.labels.map((label) => label.length))
    this.#byLabel = values
    this.#labelOf = new Map([...values].map(([label, value]) => [value, label]))
  }
  override shape(): readonly (string | number | boolean | null)[] {
    const values = [...this.#byLabel].flatMap(([label, value]) => [label, value as string | number])
    return [this.name, this.schema, this.native, this.length, ...values]
  }
  /** All values of the type are compared with it as values of the type: a text that is none of them is refused. */
  override coerceComparedValue(value: unknown): SqlType | null | undefined {
    return typeof value === 'object' && value !== null ? undefined : this
  }
  /** @throws ArgumentError the value is none of the enumeration's. */
  override bindProcessor(_host: TypeHost): ValueProcessor {
    return (value) => {
      if (value === null) return null
      const label = this.#labelOf.get(value)
      if (label !== undefined) return label
      throw new ArgumentError(
        `${this.#title()} has no value ${shown(value)}; it has ${list([...this.#labelOf.keys()].map(shown))}`,
      )
    }
  }
  /** Labels that are their own values need nothing; others are looked up. */
  override resultProcessor(_host: TypeHost): ValueProcessor | null {
    if (this.labels.every((label) => this.#byLabel.get(label) === (label as unknown))) return null
    return (label) => {
      if (label === null) return null
      const value = this.#byLabel.get(label as string)
      if (value !== undefined) return value
      throw new ArgumentError(
        `${this.#title()} has no label ${shown(label)}, which the database gave; it has ${list(this.labels.map(shown))}`,
      )
    }
  }
  override requiredTypes(_host: TypeHost): readonly NamedType[] {
    return this.native && this.createdWithTables ? [this as NamedType] : []
  }
  override checkedValues(_host: TypeHost): readonly string[] | null {
    return this.createConstraint ? this.labels : null
  }
  #title(): string {
    return this.name === '' ? 'The enumeration' : `The enumeration '${this.name}'`
  }
}

function shown(value: unknown): string {
  return typeof value === 'string' ? JSON.stringify(value) : showValue(value)
}

function list(items: readonly string[]): string {
  return items.length > 12 ? `${items.slice(0, 12).join(', ')} and ${items.length - 12} more` : items.join(', ')
}

/** What an object of names and values gives: the values of a const object or a TypeScript enum. */
export type EnumValue<O> = O[keyof O]

/**
 * An enumeration: values are a union of texts, or the values of a const object or TypeScript enum. On PostgreSQL it is a type
 * of its own, created before the first table that uses it and dropped after the last; elsewhere, or with `native: false`,
 * VARCHAR with a CHECK constraint.
 *
 * The database's labels are the values where these are texts, and the names where they are numbers.
 * @throws ArgumentError for no values, two alike, or something that is neither text nor number
 * @example
 * const Status = Enum('active', 'banned', { name: 'status' })   // SqlType<'active' | 'banned'>
 * Column(Status)                                                // CREATE TYPE status AS ENUM ('active', 'banned')
 * Column(Enum(Color, { name: 'color' }))                        // SqlType<Color>
 */
export function Enum<const O extends Readonly<Record<string, string | number>>>(
  values: O,
  options?: EnumOptions,
): EnumType<EnumValue<O>>
export function Enum<const L extends readonly string[]>(...labels: L): EnumType<L[number]>
export function Enum<const L extends readonly string[]>(
  ...args: [...labels: L, options: EnumOptions]
): EnumType<L[number]>
export function Enum(...args: readonly unknown[]): EnumType<unknown> {
  const last = args.at(-1)
  const isObject = typeof args[0] === 'object' && args[0] !== null
  const options = isObject ? args[1] : typeof last === 'object' && last !== null ? last : undefined
  const labels = isObject || options === undefined ? args : args.slice(0, -1)
  if (options !== undefined && (options === null || !isPlainObject(options as object)))
    throw new ArgumentError("Enum() takes labels and then options: Enum('a', 'b', { name: 'status' })")
  checkKeys('Enum()', options ?? {}, OPTION_KEYS, FLAGS, TEXTS)
  countArgument('Enum', (options as EnumOptions | undefined)?.length)
  const values = isObject ? objectValues(args[0] as object) : labelValues(labels)
  if (values.size === 0) throw new ArgumentError("Enum() takes at least one value: Enum('a', 'b', { name: 'status' })")
  checkName(options as EnumOptions | undefined)
  return new EnumType(values, (options as EnumOptions | undefined) ?? {})
}

function labelValues(labels: readonly unknown[]): Map<string, unknown> {
  const values = new Map<string, unknown>()
  for (const label of labels) {
    if (typeof label !== 'string') throw new ArgumentError(`Enum() takes texts as labels; got ${typeof label}`)
    if (values.has(label)) throw new ArgumentError(`Enum() got the label ${JSON.stringify(label)} twice`)
    values.set(label, label)
  }
  return values
}

function objectValues(object: object): Map<string, unknown> {
  const values = new Map<string, unknown>()
  const seen = new Set<unknown>()
  for (const [name, value] of Object.entries(object) as [string, unknown][]) {
    // TypeScript's enums of numbers lead from the numbers back to the names.
    if (typeof value === 'string' && /^-?\d/.test(name) && (object as Record<string, unknown>)[value] === Number(name))
      continue
    if (typeof value !== 'string' && typeof value !== 'number')
      throw new ArgumentError(`Enum(): the value of ${JSON.stringify(name)} is neither a text nor a number`)
    if (seen.has(value)) throw new ArgumentError(`Enum(): two names have the value ${shown(value)}`)
    seen.add(value)
    values.set(typeof value === 'string' ? value : name, value)
  }
  return values
}

function checkName(options: EnumOptions | undefined): void {
  for (const key of ['name', 'schema'] as const) {
    const name: unknown = options?.[key]
    if (name !== undefined && (typeof name !== 'string' || name === ''))
      throw new ArgumentError(`Enum(): ${key} is a text that is not empty`)
  }
}
