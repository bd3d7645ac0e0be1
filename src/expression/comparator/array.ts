// `array()`: an array made of values and expressions.
import { ArgumentError } from '../../errors.ts'
import { checkKeys } from '../../nearest.ts'
import { describe } from '../coerce/describe.ts'
import { ArrayLiteral } from '../element/array.ts'
import type { ColumnElement } from '../element/column-element.ts'
import { comma } from '../operator/catalog.ts'
import { ArrayType } from '../types/array.ts'
import { NullType } from '../types/null.ts'
import type { SqlType } from '../types/type.ts'
import { typeArgument } from './argument.ts'
import { argumentFor, type ValueIn } from './construct.ts'

/** What `array()` may be told. */
export interface ArrayLiteralOptions<T = unknown> {
  /** The type of the items. Default: that of the first one that has one; an array without items needs it. */
  readonly type?: SqlType<T>
}

/**
 * An array made of expressions and values: `ARRAY[a, b]`; of arrays, one of more dimensions. An array that is a value as a whole
 * is a parameter: `literal([1, 2], ARRAY(Integer))`. SQLAlchemy: `postgresql.array`.
 * @throws ArgumentError for no array, and for an empty one without a type
 * @example
 * array([users.c.id, 5])                    // ARRAY[users.id, $1::INTEGER]
 * array([array([1, 2]), array([3, 4])])     // ARRAY[ARRAY[$1::INTEGER, $2::INTEGER], ARRAY[$3::INTEGER, $4::INTEGER]]
 * array([], { type: Integer })              // ARRAY[]::INTEGER[]
 */
export function array<const I extends readonly unknown[], T = never>(
  items: I,
  options: ArrayLiteralOptions<T> = {},
): ColumnElement<(ValueIn<I[number]> | T)[]> {
  if (!Array.isArray(items))
    throw new ArgumentError(`array() takes an array of values and expressions; got ${describe(items)}`)
  checkKeys('array()', options, ['type'])
  const given = options.type === undefined ? null : typeArgument(options.type, 'array()')
  if (given === null && items.length === 0)
    throw new ArgumentError('array() without items needs the type of an item: array([], { type: Integer })')
  const elements = Array.from(items as readonly unknown[], (item) =>
    argumentFor('array()', 'param', item, given).selfGroup(comma),
  )
  const type = given ?? elements.find((each) => each.type !== NullType)?.type ?? NullType
  return new ArrayLiteral(elements, arrayOf(type)) as ColumnElement as ColumnElement<never>
}

function arrayOf(item: SqlType): SqlType {
  if (!(item instanceof ArrayType)) return new ArrayType(item)
  return new ArrayType(item.element, (item.dimensions ?? 1) + 1, item.zeroIndexes)
}
