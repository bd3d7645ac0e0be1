// `ColumnForms`: what a column's comparisons have in common but for their values, so that each is made and traced at once.
import { TAG_SIZE, Tag } from '../base/recipe.ts'
import type { Operator } from '../operator/operator.ts'
import { comparedType } from '../types/infer.ts'
import { SqlType } from '../types/type.ts'

/** More than columns are compared in different ways; those of a key that a hundred tables refer to are not looked through each time. */
const MOST_FORMS = 24

/** Values that are of a type beside it whatever they are, as bits. */
const Takes = { text: 1, int4: 2, number: 4, date: 8 } as const

const INT4_END = 0x7fffffff

let lastNumber = 0

/** `column operator :value` or `column operator other`. */
export class ComparisonForm {
  readonly operator: Operator
  /** The type of the column, and of the value. */
  readonly type: SqlType
  /** The step of the column on the right; 0 for a value. */
  readonly beside: number
  /** Whether the columns are of what is told by its identity. */
  readonly isLeftShared: boolean
  readonly isRightShared: boolean
  /** Tells a tracer all of this. */
  readonly step: number
  readonly next: ComparisonForm | null
  readonly #takes: number

  constructor(
    operator: Operator,
    type: SqlType,
    left: ColumnForms,
    right: ColumnForms | null,
    next: ComparisonForm | null,
  ) {
    lastNumber += 1
    this.isLeftShared = left.isOfShared
    this.isRightShared = right?.isOfShared ?? false
    this.operator = operator
    this.type = type
    this.beside = right === null ? 0 : right.step
    this.step = lastNumber * TAG_SIZE + Tag.comparison
    this.next = next
    this.#takes = takesOf(type)
  }

  /** Whether the value becomes a parameter of the column's type; false also where that is not known beforehand. */
  takes(value: unknown): boolean {
    const takes = this.#takes
    // Not by a switch, for which V8 asks for the name of the type.
    if (typeof value === 'number')
      return (takes & Takes.number) !== 0 || ((takes & Takes.int4) !== 0 && (value | 0) === value)
    if (typeof value === 'string') return (takes & Takes.text) !== 0
    return (takes & Takes.date) !== 0 && value instanceof Date
  }
}

function takesOf(type: SqlType): number {
  // A type that decides by itself is asked for each value.
  if (type.coerceComparedValue !== SqlType.prototype.coerceComparedValue || type.affinity === 'tuple') return 0
  const takes = (...values: readonly unknown[]): boolean => values.every((value) => comparedType(type, value) === type)
  return (
    (takes('') ? Takes.text : 0) |
    (takes(INT4_END, -INT4_END - 1) ? Takes.int4 : 0) |
    (takes(0.5) ? Takes.number : 0) |
    (takes(new Date(0)) ? Takes.date : 0)
  )
}

/** The forms of one column; of a CTE's or subquery's columns those of all that are built alike. */
export class ColumnForms {
  /** Tells a tracer the column, but for what it is a column of where that is a matter of identity. */
  readonly step: number
  /** The column belongs to what is told by its identity. */
  readonly isOfShared: boolean
  #first: ComparisonForm | null = null
  #count = 0

  constructor(step: number, isOfShared: boolean) {
    this.step = step
    this.isOfShared = isOfShared
  }

  /** The form of a comparison with a value, or with another column; null where there are too many. */
  find(operator: Operator, type: SqlType, right: ColumnForms | null): ComparisonForm | null {
    const beside = right === null ? 0 : right.step
    for (let form = this.#first; form !== null; form = form.next)
      if (form.operator === operator && form.beside === beside && form.type === type) return form
    if (this.#count === MOST_FORMS) return null
    this.#count += 1
    this.#first = new ComparisonForm(operator, type, this, right, this.#first)
    return this.#first
  }
}
