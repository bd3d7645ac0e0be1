// Types of ranges that a schema defines, each with the type of their multiranges.
import { ArgumentError } from '../../errors.ts'
import { MultirangeType, RangeType } from '../../expression/types/range.ts'
import { type NamedType, type NamedTypeParts, SqlType, type TypeHost } from '../../expression/types/type.ts'
import { checkKeys } from '../../nearest.ts'
import { checkedName } from './types-composite.ts'

/** Options of {@link RangeOf}. */
export interface RangeOfOptions {
  /** Default: where the session creates things. */
  readonly schema?: string
  /** Name of the multirange type that the server makes with it. Default: the server's choice, `floatmultirange` for `floatrange`. */
  readonly multirange?: string
  /** A function that gives the difference of two ends, which GiST indexes use: SQL as it is, `float8mi`. */
  readonly subtypeDiff?: string
  /** The B-tree operator class that orders the ends: SQL as it is. Default: the type's own. */
  readonly operatorClass?: string
  /** The collation that orders the ends. Default: the type's own. */
  readonly collation?: string
  /** The schema of the collation. Default: where the database finds it. */
  readonly collationSchema?: string
  /** Kept in the database as the type's comment. */
  readonly comment?: string
  /** Whether `createAll` and `dropAll` create and drop it. Default true. */
  readonly createType?: boolean
}

const TEXTS = [
  'schema',
  'multirange',
  'subtypeDiff',
  'operatorClass',
  'collation',
  'collationSchema',
  'comment',
] as const
const NAME_BYTES = 63

/** See {@link RangeOf}. */
export class NamedRangeType<T = unknown> extends RangeType<T> implements NamedTypeParts {
  override readonly kind: string = 'namedRange'
  readonly schema: string | null
  readonly createdWithTables: boolean
  readonly comment: string | null
  readonly options: RangeOfOptions
  /** The type of lists of such ranges; its values are arrays of `Range`. */
  readonly multirange: NamedMultirangeType<T>
  constructor(name: string, element: SqlType<T>, options: RangeOfOptions) {
    super(name, element)
    this.schema = options.schema ?? null
    this.createdWithTables = options.createType ?? true
    this.comment = options.comment ?? null
    this.options = options
    this.multirange = new NamedMultirangeType(options.multirange ?? multirangeName(name), this)
  }
  get name(): string {
    return this.rangeName
  }
  override shape(): readonly (string | SqlType)[] {
    const { multirange, subtypeDiff, operatorClass, collation, collationSchema } = this.options
    const given = [this.schema, multirange, subtypeDiff, operatorClass, collation, collationSchema]
    const parts = given.map((part) => part ?? null)
    return [this.name, this.element, JSON.stringify(parts)]
  }
  override requiredTypes(host: TypeHost): readonly NamedType[] {
    return [...this.element.requiredTypes(host), ...(this.createdWithTables ? [this as NamedType] : [])]
  }
}

/** The multiranges of a {@link NamedRangeType}; they are created and dropped with it. */
export class NamedMultirangeType<T = unknown> extends MultirangeType<T> {
  override readonly kind: string = 'namedMultirange'
  get name(): string {
    return this.rangeName
  }
  /** That of the range. */
  get schema(): string | null {
    return (this.range as NamedRangeType<T>).schema
  }
  override requiredTypes(host: TypeHost): readonly NamedType[] {
    return this.range.requiredTypes(host)
  }
}

/** The name that the server gives the multiranges of a range, cut where it is too long. */
export function multirangeName(name: string): string {
  const place = name.indexOf('range')
  const whole = place < 0 ? `${name}_multirange` : `${name.slice(0, place)}multi${name.slice(place)}`
  if (Buffer.byteLength(whole) <= NAME_BYTES) return whole
  const end = place < 0 ? '_multirange' : ''
  let kept = place < 0 ? name : whole
  while (Buffer.byteLength(kept) > NAME_BYTES - end.length) kept = [...kept].slice(0, -1).join('')
  return kept + end
}

/**
 * A type of ranges over values of another type, and that of their multiranges. It is created before the first table that uses
 * either. PostgreSQL's own ranges are `INT4RANGE`, `DATERANGE` and their kin.
 *
 * @throws ArgumentError no name, no type, or an unknown option
 * @example
 * const Span = RangeOf('floatrange', Double, { subtypeDiff: 'float8mi' })
 * // CREATE TYPE floatrange AS RANGE (SUBTYPE = DOUBLE PRECISION, SUBTYPE_DIFF = float8mi)
 * Column(Span)              // Range<number>
 * Column(Span.multirange)   // Range<number>[]
 */
export function RangeOf<T>(name: string, element: SqlType<T>, options: RangeOfOptions = {}): NamedRangeType<T> {
  checkKeys('RangeOf()', options, [], ['createType'], TEXTS)
  if (!(element instanceof SqlType))
    throw new ArgumentError('RangeOf() takes a name and the SQL type of the ends, such as Double')
  if (options.multirange !== undefined) checkedName('RangeOf', options.multirange)
  return new NamedRangeType(checkedName('RangeOf', name), element, options)
}
