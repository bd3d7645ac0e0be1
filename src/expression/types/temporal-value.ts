// Dates and times as values of Temporal, where the runtime has it.
import { ArgumentError } from '../../errors.ts'
import type { ValueProcessor } from './type.ts'

/** The classes of Temporal that have columns. */
export type TemporalName = 'Instant' | 'PlainDateTime' | 'PlainDate' | 'PlainTime'

/** What of a Temporal class is used here. */
interface TemporalClass {
  from(text: string): object
  readonly prototype: object
}

/** A value of a class of Temporal; the class itself where TypeScript's library declares it. */
export type TemporalValue<N extends TemporalName> = typeof globalThis extends {
  readonly Temporal: { readonly [K in N]: { from(...args: never): infer T } }
}
  ? T
  : { toString(): string }

/** @throws ArgumentError the runtime has no Temporal. */
export function temporalClass(name: TemporalName, where: string): TemporalClass {
  const { Temporal } = globalThis as { readonly Temporal?: Partial<Record<TemporalName, TemporalClass>> }
  const found = Temporal?.[name]
  if (found !== undefined) return found
  throw new ArgumentError(
    `${where} needs Temporal.${name}, which this runtime does not have: use one that has it, load a polyfill before the type is made, or leave \`as\` out`,
  )
}

/** The database's text as ISO 8601: years before 1 and after 9999 are written otherwise. */
function isoText(text: string): string {
  const match = /^(\d+)(-\d\d-\d\d)(?:[ T](\d[^ ]*))?( BC)?$/.exec(text)
  if (match === null) return text
  const [, digits = '', day = '', time = '', era] = match
  const year = era === undefined ? Number(digits) : 1 - Number(digits)
  const written =
    year >= 0 && year <= 9999
      ? String(year).padStart(4, '0')
      : `${year < 0 ? '-' : '+'}${String(Math.abs(year)).padStart(6, '0')}`
  return `${written}${day}${time === '' ? '' : `T${time}`}`
}

/** ISO 8601 as the database reads it. */
function databaseText(text: string): string {
  const match = /^([+-]?)(\d{4,6})(-\d\d-\d\d.*)$/.exec(text)
  if (match === null) return text
  const [, sign = '', digits = '', rest = ''] = match
  const year = Number(`${sign}${digits}`)
  return year > 0 ? `${String(year).padStart(4, '0')}${rest}` : `${String(1 - year).padStart(4, '0')}${rest} BC`
}

/** A value of Temporal as the text that is sent. */
export function temporalBind(name: TemporalName, where: string): ValueProcessor {
  const { prototype } = temporalClass(name, where)
  return (value) => {
    if (value === null) return null
    if (typeof value === 'object' && Object.prototype.isPrototypeOf.call(prototype, value))
      return databaseText(String(value))
    throw new ArgumentError(`${where} takes a Temporal.${name}`)
  }
}

/** The text that came as a value of Temporal. */
export function temporalResult(name: TemporalName, where: string): ValueProcessor {
  const found = temporalClass(name, where)
  return (text) => {
    if (text === null) return null
    if (text === 'infinity' || text === '-infinity')
      throw new ArgumentError(`No Temporal.${name} is '${text}': read the column as a string, without \`as\``)
    return found.from(isoText(text as string))
  }
}

/** Whether two values of Temporal are the same. */
export function sameTemporal(one: unknown, other: unknown): boolean {
  if (one === other) return true
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return false
  return String(one) === String(other)
}
