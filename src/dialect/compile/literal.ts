// Values written into the text of a statement, safely: for DDL, for people, for places that take no parameter.

import { CompileError } from '../../errors.ts'
import type { ArrayType } from '../../expression/types/array.ts'
import { isBytes, isDate } from '../../expression/types/dates-and-bytes.ts'
import type { UserDefinedType } from '../../expression/types/decorator.ts'
import { isIntervalValue } from '../../expression/types/infer.ts'
import type { SqlType, TypeHost } from '../../expression/types/type.ts'
import { isUnawaited, UNAWAITED } from '../../show.ts'

/** How a dialect writes what the standard leaves open. */
export interface LiteralStyle {
  /** A text in quotes. */
  readonly text: (value: string) => string
  readonly host: TypeHost
  /** A value of a type of the dialect's own; null for any other. */
  readonly own?: (value: unknown, type: SqlType) => string | null
  /** A JSON document. @throws an error of any class: JSON has no such value. */
  readonly document: (value: unknown) => string
  readonly bytes: (value: Uint8Array) => string
  readonly array: (items: readonly string[], type: SqlType) => string
}

/**
 * A value as SQL.
 *
 * @throws CompileError the value has no spelling: it is undefined, an object without a type, or has a NUL character.
 */
export function literal(value: unknown, given: SqlType, style: LiteralStyle): string {
  if (value === null) return 'NULL'
  const type = given.forDialect(style.host)
  if (isUnawaited(value)) throw refused(value, type)
  const own = value === undefined ? null : (style.own?.(value, type) ?? null)
  if (own !== null) return own
  if (type.kind === 'user') return style.text(checked(ownText(value, type as UserDefinedType<unknown>)))
  if (type.affinity === 'json' && value !== undefined) return style.text(checked(documentText(value, style)))
  switch (typeof value) {
    case 'string':
      return style.text(checked(value))
    case 'boolean':
      return value ? 'true' : 'false'
    case 'bigint':
      return String(value)
    case 'number':
      return Number.isFinite(value)
        ? finiteText(value, type)
        : `CAST('${value > 0 ? 'Infinity' : value < 0 ? '-Infinity' : 'NaN'}' AS DOUBLE PRECISION)`
    case 'object':
      return objectLiteral(value, type, style)
    default:
      throw refused(value, type)
  }
}

function ownText(value: unknown, type: UserDefinedType<unknown>): string {
  const text: unknown = type.toText(value)
  if (typeof text !== 'string') throw refused(value, type)
  return text
}

/** The sign of a -0 is kept in a text only: `-0` is an integer. */
function finiteText(value: number, type: SqlType): string {
  return type.affinity === 'float' && Object.is(value, -0) ? `CAST('-0' AS DOUBLE PRECISION)` : String(value)
}

function objectLiteral(value: object, type: SqlType, style: LiteralStyle): string {
  if (isBytes(value)) return style.bytes(value)
  if (isDate(value)) {
    if (Number.isNaN(value.getTime())) throw refused(value, type)
    return style.text(value.toISOString().replace('T', ' ').replace('Z', '+00:00'))
  }
  if (Array.isArray(value)) {
    const element = type.kind === 'array' ? (type as unknown as ArrayType).element : type
    const items = value.map((item: unknown) =>
      Array.isArray(item) ? literal(item, type, style) : literal(item, element, style),
    )
    return style.array(items, type)
  }
  if (type.affinity === 'interval' && isIntervalValue(value)) {
    const { months, days, microseconds } = value
    return style.text(`${Number(months)} months ${Number(days)} days ${BigInt(microseconds)} microseconds`)
  }
  throw refused(value, type)
}

function documentText(value: unknown, style: LiteralStyle): string {
  try {
    return style.document(value)
  } catch (error) {
    throw new CompileError(`No literal can be written: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    })
  }
}

/** @throws CompileError the text has characters that no database text can hold. */
function checked(text: string): string {
  if (/[\0\uD800-\uDFFF]/u.test(text))
    throw new CompileError('A text with a NUL character or half a character cannot be written into a statement')
  return text
}

function refused(value: unknown, type: SqlType): CompileError {
  const what = typeof value === 'object' ? `an object (${value?.constructor?.name ?? 'without class'})` : typeof value
  const known = isUnawaited(value) ? UNAWAITED : what
  return new CompileError(`No literal can be written for a value of the type '${type.kind}' that is ${known}`)
}

/** Text as the standard quotes it: quotes doubled, nothing else has a meaning. */
export function standardText(value: string): string {
  return `'${value.replaceAll("'", "''")}'`
}

/** Bytes as the standard writes them. */
export function standardBytes(value: Uint8Array): string {
  return `X'${hex(value)}'`
}

/** Bytes as hexadecimal digits. */
export function hex(value: Uint8Array): string {
  let text = ''
  for (const byte of value) text += byte.toString(16).padStart(2, '0')
  return text
}
