// What a column makes of an expression that is written into it: where its type is another, PostgreSQL converts the value or refuses it.
import { Cast } from '../../expression/element/cast.ts'
import { ColumnClause } from '../../expression/element/column.ts'
import { ColumnElement } from '../../expression/element/column-element.ts'
import { Label } from '../../expression/element/label.ts'
import type { NamedElement } from '../../expression/element/named.ts'
import { type RowSource, Subquery } from '../../expression/from/alias.ts'
import { ProxyColumn } from '../../expression/from/proxy-column.ts'
import { FunctionCall } from '../../expression/function/function.ts'
import { SchemaColumn } from '../../expression/schema/column.ts'
import { Select, select } from '../../expression/select/select.ts'
import type { EnumType } from '../../expression/types/enum.ts'
import { Integer, type NumericType } from '../../expression/types/numeric.ts'
import { type StringType, Text } from '../../expression/types/string.ts'
import type { TimeType } from '../../expression/types/temporal.ts'
import type { SqlType } from '../../expression/types/type.ts'
import { isDouble } from './exactness.ts'
import { digitsOf } from './result-digits.ts'
import { HOST } from './type-name.ts'

/** A function of the driver's own, of a value and numbers. */
function call(name: string, value: ColumnElement, ...numbers: readonly number[]): ColumnElement {
  const written = numbers.map((number) => new ColumnClause(String(number), String(number), Integer, null, true))
  return new FunctionCall([], name, [value, ...written], value.type)
}

/** Families whose values another text stands for than the one that is kept. */
const SHOWN_OTHERWISE: ReadonlySet<string> = new Set(['boolean', 'numeric', 'float', 'datetime', 'time'])

const BITS: Readonly<Record<string, number>> = { smallInteger: 16, integer: 32, bigInteger: 64 }

/** The value as the column keeps it; itself where nothing is to be done. */
export function assigned(value: ColumnElement, column: NamedElement): ColumnElement {
  const to = column.type.forDialect(HOST)
  const from = value.type.forDialect(HOST)
  if (value.kind === 'null' || to.kind === 'enum') return value
  switch (to.affinity) {
    case 'numeric':
      return assignedDecimal(value, to as unknown as NumericType)
    case 'integer':
      return assignedInteger(value, from, to)
    case 'string':
      return assignedText(value, from, to as SqlType as StringType)
    case 'date':
      return from.affinity === 'datetime' ? new Cast(value, column.type) : value
    case 'time':
      return assignedMoment(from.affinity === 'datetime' ? new Cast(value, column.type) : value, from, to)
    case 'datetime':
      return assignedMoment(from.affinity === 'date' ? new Cast(value, column.type) : value, from, to)
    default:
      return value
  }
}

function assignedDecimal(value: ColumnElement, { precision, scale }: NumericType): ColumnElement {
  if (precision === null) return value
  const digits = scale ?? 0
  const { most } = digitsOf(value)
  const before = digitsBefore(value)
  const fits = most !== null && most <= digits && before !== null && before <= precision - digits
  return fits ? value : call('to_numeric', value, precision, digits)
}

/** Whether it is a column of a table, however many subqueries it passes: what is kept there fits its type. */
function isKept(value: unknown): boolean {
  return value instanceof ProxyColumn ? isKept(value.original) : value instanceof SchemaColumn
}

/** How many digits before the point a column has; null for what is calculated. */
function digitsBefore(value: ColumnElement): number | null {
  const type = value.type.forDialect(HOST)
  if (!isKept(value) || type.affinity !== 'numeric') return null
  const { precision, scale } = type as unknown as NumericType
  return precision === null ? null : precision - (scale ?? 0)
}

function assignedInteger(value: ColumnElement, from: SqlType, to: SqlType): ColumnElement {
  const bits = BITS[to.kind] ?? 64
  if (isDouble(value)) return call('to_integer', new FunctionCall([], 'round_even', [value], from), bits)
  if (from.affinity === 'numeric' || from.affinity === 'float') return call('to_integer', value, bits)
  return from.affinity === 'integer' && (BITS[from.kind] ?? 64) > bits ? call('to_integer', value, bits) : value
}

/** With no more digits of a second than the column has; a zone behind them stays. */
function assignedMoment(value: ColumnElement, from: SqlType, to: SqlType): ColumnElement {
  const { precision } = to as SqlType as TimeType
  if (typeof precision !== 'number' || from.affinity === 'date') return value
  const own = (from as SqlType as TimeType).precision
  return isKept(value) && typeof own === 'number' && own <= precision ? value : call('to_precision', value, precision)
}

function assignedText(value: ColumnElement, from: SqlType, { length }: StringType): ColumnElement {
  const text = SHOWN_OTHERWISE.has(from.affinity) ? new Cast(value, Text) : value
  const longest = longestOf(value, from)
  return length === null || (longest !== null && longest <= length) ? text : call('to_length', text, length)
}

/** How many characters a value has at most; null where nobody knows. */
function longestOf(value: ColumnElement, type: SqlType): number | null {
  if (type.kind === 'enum')
    return Math.max(0, ...(type as SqlType as EnumType).labels.map((label) => [...label].length))
  return isKept(value) && type.affinity === 'string' ? (type as SqlType as StringType).length : null
}

/** The rows that are inserted, with what the columns make of their values. */
export function assignedRows(given: RowSource, columns: readonly NamedElement[]): RowSource {
  if (given instanceof Select && isPlain(given)) {
    const { items } = given.state
    const fitted = items.map((item, at) => assignedItem(item as ColumnElement, columns[at]))
    return fitted.every((item, at) => item === items[at]) ? given : given.with({ items: fitted })
  }
  const rows = new Subquery(given, null)
  const fitted = rows.columnList.map((item, at) => assignedItem(item, columns[at]))
  return fitted.every((item, at) => item === rows.columnList[at]) ? given : select(...fitted).selectFrom(rows)
}

/** Whether each item is a column, and none decides which rows there are. */
function isPlain({ state: { items, names, distinct } }: Select): boolean {
  return distinct === false && names === null && items.every((item) => item instanceof ColumnElement)
}

function assignedItem(item: ColumnElement, column: NamedElement | undefined): ColumnElement {
  if (column === undefined) return item
  if (!(item instanceof Label)) return assigned(item, column)
  const element = assigned(item.element, column)
  return element === item.element ? item : new Label(item.key, element)
}
