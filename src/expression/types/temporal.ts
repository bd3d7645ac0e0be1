// Dates, times and intervals.
import { ArgumentError } from '../../errors.ts'
import { checkKeys } from '../../nearest.ts'
import { countArgument } from './argument.ts'
import { callableType } from './callable.ts'
import {
  sameTemporal,
  type TemporalName,
  type TemporalValue,
  temporalBind,
  temporalClass,
  temporalResult,
} from './temporal-value.ts'
import { type Affinity, SqlType, type TypeHost, type ValueProcessor } from './type.ts'

/** See {@link Date}. */
export class DateType<V = string> extends SqlType<V> {
  readonly kind: string = 'date'
  readonly affinity: Affinity = 'date'
  /** The class of Temporal that values are of; null for strings. */
  readonly temporal: TemporalName | null
  constructor(temporal: TemporalName | null = null) {
    super()
    this.temporal = checkedTemporal(temporal, DATE_PLACE)
  }
  override shape(): readonly (string | null)[] {
    return [this.temporal]
  }
  override bindProcessor(_host: TypeHost): ValueProcessor | null {
    return this.temporal === null ? null : temporalBind(this.temporal, DATE_PLACE)
  }
  override resultProcessor(_host: TypeHost): ValueProcessor | null {
    return this.temporal === null ? null : temporalResult(this.temporal, DATE_PLACE)
  }
  override sameValue(one: V | null | undefined, other: V | null | undefined): boolean {
    return this.temporal === null ? one === other : sameTemporal(one, other)
  }
}

const DATE_PLACE = "Date({ as: 'plainDate' })"
const TIME_PLACE = "Time({ as: 'plainTime' })"

/** Asked when the type is made, so that a runtime without Temporal says so there. */
function checkedTemporal(name: TemporalName | null, place: string): TemporalName | null {
  if (name !== null) temporalClass(name, place)
  return name
}

/** An option of the types that have a time of day. */
export interface PrecisionOption {
  /** Digits of a second's fraction, 0 to 6, to which the database rounds. Default: all of them. */
  readonly precision?: number
}

/** The word that `as` takes for a class of Temporal; null where it is not given. */
function temporalOption(
  type: string,
  given: object | undefined,
  words: Readonly<Record<string, TemporalName | null>>,
): TemporalName | null {
  checkKeys(type, given ?? {}, type === 'Date()' ? ['as'] : ['as', 'precision'], type === 'Date()' ? [] : ['timezone'])
  const as: unknown = (given as { readonly as?: unknown } | undefined)?.as
  if (as === undefined) return null
  const name = typeof as === 'string' && Object.hasOwn(words, as) ? words[as] : undefined
  if (name !== undefined) return name
  throw new ArgumentError(
    `${type}: as is ${Object.keys(words)
      .map((word) => `'${word}'`)
      .join(' or ')}`,
  )
}

/** The call forms of {@link Date}. */
export interface DateFactory {
  (options: { readonly as: 'plainDate' }): DateType<TemporalValue<'PlainDate'>>
  (options?: { readonly as?: 'string' }): DateType<string>
}
/**
 * DATE; a string `YYYY-MM-DD`, as no JavaScript `Date` is a calendar day; a `Temporal.PlainDate` by `{ as: 'plainDate' }`.
 *
 * @throws ArgumentError the runtime has no Temporal
 */
export const Date: DateType<string> & DateFactory = callableType(
  new DateType<string>(),
  (options?: { readonly as?: 'string' | 'plainDate' }) =>
    new DateType(temporalOption('Date()', options, { string: null, plainDate: 'PlainDate' })),
) as unknown as DateType<string> & DateFactory

/** See {@link Time}. */
export class TimeType<V = string> extends SqlType<V> {
  readonly kind: string = 'time'
  readonly affinity: Affinity = 'time'
  readonly timezone: boolean
  /** The class of Temporal that values are of; null for strings. */
  readonly temporal: TemporalName | null
  /** Digits of a second's fraction that the database keeps; null for all of them. */
  readonly precision: number | null
  constructor(timezone = false, temporal: TemporalName | null = null, precision: number | null = null) {
    super()
    this.timezone = timezone
    this.precision = precision
    this.temporal = checkedTemporal(temporal, TIME_PLACE)
    if (timezone && temporal !== null)
      throw new ArgumentError('Time(): no class of Temporal is a time of day with a time zone; leave `as` out')
  }
  override shape(): readonly (boolean | string | number | null)[] {
    return [this.timezone, this.temporal, this.precision]
  }
  override bindProcessor(_host: TypeHost): ValueProcessor | null {
    return this.temporal === null ? null : temporalBind(this.temporal, TIME_PLACE)
  }
  override resultProcessor(_host: TypeHost): ValueProcessor | null {
    return this.temporal === null ? null : temporalResult(this.temporal, TIME_PLACE)
  }
  override sameValue(one: V | null | undefined, other: V | null | undefined): boolean {
    return this.temporal === null ? one === other : sameTemporal(one, other)
  }
}

/** The call forms of {@link Time}. */
export interface TimeFactory {
  (
    options: { readonly timezone?: false; readonly as: 'plainTime' } & PrecisionOption,
  ): TimeType<TemporalValue<'PlainTime'>>
  (options?: { readonly timezone?: boolean; readonly as?: 'string' } & PrecisionOption): TimeType<string>
}
/** TIME [(precision)] [WITH TIME ZONE]; a string, or a `Temporal.PlainTime` by `{ as: 'plainTime' }`. */
export const Time: TimeType<string> & TimeFactory = callableType(
  new TimeType<string>(),
  (options?: { readonly timezone?: boolean; readonly as?: 'string' | 'plainTime' } & PrecisionOption) =>
    new TimeType(
      options?.timezone ?? false,
      temporalOption('Time()', options, { string: null, plainTime: 'PlainTime' }),
      countArgument('Time', options?.precision, 0),
    ),
) as unknown as TimeType<string> & TimeFactory

/** See {@link DateTime}. */
export class DateTimeType<V = string> extends SqlType<V> {
  readonly kind: string
  readonly affinity: Affinity = 'datetime'
  readonly timezone: boolean
  /** `date` gives a JavaScript Date (milliseconds); `string` keeps the server's text with its microseconds. */
  readonly representation: 'date' | 'string'
  /** The class of Temporal that values are of; null for strings and Dates. */
  readonly temporal: TemporalName | null
  /** Digits of a second's fraction that the database keeps; null for all of them. */
  readonly precision: number | null
  constructor(
    timezone = false,
    representation: 'date' | 'string' = timezone ? 'date' : 'string',
    kind: 'dateTime' | 'exactDateTime' = 'dateTime',
    temporal: TemporalName | null = null,
    precision: number | null = null,
  ) {
    super()
    this.precision = precision
    this.kind = kind
    this.timezone = timezone
    this.representation = representation
    this.temporal = checkedTemporal(temporal, dateTimePlace(temporal))
  }
  override shape(): readonly (string | boolean | number | null)[] {
    return [this.timezone, this.representation, this.temporal, this.precision]
  }
  override bindProcessor(_host: TypeHost): ValueProcessor | null {
    return this.temporal === null ? null : temporalBind(this.temporal, dateTimePlace(this.temporal))
  }
  override resultProcessor(_host: TypeHost): ValueProcessor | null {
    return this.temporal === null ? null : temporalResult(this.temporal, dateTimePlace(this.temporal))
  }
  override sameValue(one: V | null | undefined, other: V | null | undefined): boolean {
    if (this.temporal !== null) return sameTemporal(one, other)
    if (one instanceof globalThis.Date && other instanceof globalThis.Date) return one.getTime() === other.getTime()
    return one === other
  }
}

function dateTimePlace(temporal: TemporalName | null): string {
  return temporal === 'Instant' ? "DateTime({ timezone: true, as: 'instant' })" : "DateTime({ as: 'plainDateTime' })"
}

/** The call forms of {@link DateTime}. */
export interface DateTimeFactory {
  (options: { readonly timezone: true; readonly as?: 'date' } & PrecisionOption): DateTimeType<globalThis.Date>
  (options: { readonly timezone: true; readonly as: 'string' } & PrecisionOption): DateTimeType<string>
  (
    options: { readonly timezone: true; readonly as: 'instant' } & PrecisionOption,
  ): DateTimeType<TemporalValue<'Instant'>>
  (
    options: { readonly timezone?: false; readonly as: 'plainDateTime' } & PrecisionOption,
  ): DateTimeType<TemporalValue<'PlainDateTime'>>
  (options?: { readonly timezone?: false; readonly as?: 'string' } & PrecisionOption): DateTimeType<string>
}

interface DateTimeOptions extends PrecisionOption {
  readonly timezone?: boolean
  readonly as?: 'date' | 'string' | 'instant' | 'plainDateTime'
}

function dateTimeOf(options: DateTimeOptions = {}): DateTimeType<unknown> {
  checkKeys('DateTime()', options, ['timezone', 'precision', 'as'])
  const zoned = options.timezone ?? false
  const words = zoned
    ? ({ date: null, string: null, instant: 'Instant' } as const)
    : ({ string: null, plainDateTime: 'PlainDateTime' } as const)
  const temporal = temporalOption(zoned === true ? 'DateTime({ timezone: true })' : 'DateTime()', options, words)
  const { as } = options
  const representation = as === 'date' || as === 'string' ? as : temporal === null ? undefined : 'string'
  return new DateTimeType(zoned, representation, 'dateTime', temporal, countArgument('DateTime', options.precision, 0))
}
/**
 * TIMESTAMP WITHOUT TIME ZONE; a string `YYYY-MM-DD HH:MM:SS[.ffffff]`, as no JavaScript `Date` is a wall clock; a
 * `Temporal.PlainDateTime` by `{ as: 'plainDateTime' }`.
 *
 * `DateTime({ timezone: true })` is TIMESTAMP WITH TIME ZONE; a `Date`, with `as: 'string'` the exact text, with
 * `as: 'instant'` a `Temporal.Instant`. `precision` is TIMESTAMP(precision).
 * @throws ArgumentError the runtime has no Temporal, or an unknown option
 * @example
 * Column(DateTime)                                     // TIMESTAMP WITHOUT TIME ZONE; string
 * Column(DateTime({ timezone: true }))                 // TIMESTAMP WITH TIME ZONE; Date
 * Column(DateTime({ timezone: true, as: 'string' }))   // TIMESTAMP WITH TIME ZONE; string
 */
export const DateTime: DateTimeType<string> & DateTimeFactory = callableType(
  new DateTimeType<string>(),
  dateTimeOf,
) as unknown as DateTimeType<string> & DateTimeFactory

/** A span of time as PostgreSQL keeps it: the three parts do not convert into each other. */
export interface IntervalValue {
  readonly months: number
  readonly days: number
  /** Whole microseconds. */
  readonly microseconds: bigint
}

/** Which parts of an interval the database keeps: the last named and what is greater. */
export type IntervalParts =
  | 'YEAR'
  | 'MONTH'
  | 'DAY'
  | 'HOUR'
  | 'MINUTE'
  | 'SECOND'
  | 'YEAR TO MONTH'
  | 'DAY TO HOUR'
  | 'DAY TO MINUTE'
  | 'DAY TO SECOND'
  | 'HOUR TO MINUTE'
  | 'HOUR TO SECOND'
  | 'MINUTE TO SECOND'

const INTERVAL_FIELDS: readonly string[] = [
  'YEAR',
  'MONTH',
  'DAY',
  'HOUR',
  'MINUTE',
  'SECOND',
  'YEAR TO MONTH',
  'DAY TO HOUR',
  'DAY TO MINUTE',
  'DAY TO SECOND',
  'HOUR TO MINUTE',
  'HOUR TO SECOND',
  'MINUTE TO SECOND',
]

/** See {@link Interval}. */
export class IntervalType extends SqlType<IntervalValue> {
  readonly kind: string = 'interval'
  readonly affinity: Affinity = 'interval'
  readonly fields: IntervalParts | null
  /** Digits of a second's fraction that the database keeps; null for all of them. */
  readonly precision: number | null
  constructor(fields: IntervalParts | null = null, precision: number | null = null) {
    super()
    this.fields = fields
    this.precision = precision
  }
  override shape(): readonly (string | number | null)[] {
    return [this.fields, this.precision]
  }
  override sameValue(one: IntervalValue | null | undefined, other: IntervalValue | null | undefined): boolean {
    if (one === other) return true
    if (!one || !other) return false
    return one.months === other.months && one.days === other.days && one.microseconds === other.microseconds
  }
}

/** Options of {@link Interval}. */
export interface IntervalOptions extends PrecisionOption {
  /** Default: all parts are kept. */
  readonly fields?: IntervalParts
}

function intervalOf(options: IntervalOptions = {}): IntervalType {
  checkKeys('Interval()', options, ['fields', 'precision'])
  const { fields } = options
  if (fields !== undefined && !INTERVAL_FIELDS.includes(fields))
    throw new ArgumentError(`Interval(): fields is one of ${INTERVAL_FIELDS.join(', ')}`)
  const precision = countArgument('Interval', options.precision, 0)
  if (precision !== null && fields !== undefined && !fields.endsWith('SECOND'))
    throw new ArgumentError(`Interval(): a precision is that of seconds, which ${fields} has not`)
  return new IntervalType(fields ?? null, precision)
}
/** INTERVAL; an {@link IntervalValue}. `Interval({ fields: 'DAY TO SECOND', precision: 3 })` keeps less. */
export const Interval: IntervalType & ((options?: IntervalOptions) => IntervalType) = callableType(
  new IntervalType(),
  intervalOf,
)
