// Dates, times and intervals.
import { callableType } from './callable.ts'
import { type Affinity, SqlType } from './type.ts'

/** See {@link Date}. */
export class DateType extends SqlType<string> {
  readonly kind: string = 'date'
  readonly affinity: Affinity = 'date'
}
/** DATE; a string `YYYY-MM-DD`, as no JavaScript `Date` is a calendar day. */
export const Date: DateType = new DateType()

/** See {@link Time}. */
export class TimeType extends SqlType<string> {
  readonly kind: string = 'time'
  readonly affinity: Affinity = 'time'
  readonly timezone: boolean
  constructor(timezone = false) {
    super()
    this.timezone = timezone
  }
  override shape(): readonly boolean[] {
    return [this.timezone]
  }
}
/** TIME [WITH TIME ZONE]; a string. */
export const Time: TimeType & ((options?: { readonly timezone?: boolean }) => TimeType) = callableType(
  new TimeType(),
  (options?: { readonly timezone?: boolean }) => new TimeType(options?.timezone ?? false),
)

/** See {@link DateTime}. */
export class DateTimeType<V = string> extends SqlType<V> {
  readonly kind: string
  readonly affinity: Affinity = 'datetime'
  readonly timezone: boolean
  /** `date` gives a JavaScript Date (milliseconds); `string` keeps the server's text with its microseconds. */
  readonly representation: 'date' | 'string'
  constructor(
    timezone = false,
    representation: 'date' | 'string' = timezone ? 'date' : 'string',
    kind: 'dateTime' | 'exactDateTime' = 'dateTime',
  ) {
    super()
    this.kind = kind
    this.timezone = timezone
    this.representation = representation
  }
  override shape(): readonly (string | boolean)[] {
    return [this.timezone, this.representation]
  }
  override sameValue(one: V | null | undefined, other: V | null | undefined): boolean {
    if (one instanceof globalThis.Date && other instanceof globalThis.Date) return one.getTime() === other.getTime()
    return one === other
  }
}

/** The call forms of {@link DateTime}. */
export interface DateTimeFactory {
  (options: { readonly timezone: true; readonly as?: 'date' }): DateTimeType<globalThis.Date>
  (options: { readonly timezone: true; readonly as: 'string' }): DateTimeType<string>
  (options?: { readonly timezone?: false }): DateTimeType<string>
}
/**
 * TIMESTAMP WITHOUT TIME ZONE; a string `YYYY-MM-DD HH:MM:SS[.ffffff]`, as no JavaScript `Date` is a wall clock.
 * `DateTime({ timezone: true })` is TIMESTAMP WITH TIME ZONE; a `Date`.
 */
export const DateTime: DateTimeType<string> & DateTimeFactory = callableType(
  new DateTimeType<string>(),
  (options?: { readonly timezone?: boolean; readonly as?: 'date' | 'string' }) =>
    new DateTimeType(options?.timezone ?? false, options?.as),
) as unknown as DateTimeType<string> & DateTimeFactory

/** A span of time as PostgreSQL keeps it: the three parts do not convert into each other. */
export interface IntervalValue {
  readonly months: number
  readonly days: number
  /** Whole microseconds. */
  readonly microseconds: bigint
}

/** See {@link Interval}. */
export class IntervalType extends SqlType<IntervalValue> {
  readonly kind: string = 'interval'
  readonly affinity: Affinity = 'interval'
  override sameValue(one: IntervalValue | null | undefined, other: IntervalValue | null | undefined): boolean {
    if (one === other) return true
    if (!one || !other) return false
    return one.months === other.months && one.days === other.days && one.microseconds === other.microseconds
  }
}
/** INTERVAL; an {@link IntervalValue}. */
export const Interval: IntervalType = new IntervalType()
