// `Operator`: what an operator is: its name, its strength, its opposite. How it is written is the dialects' matter.

/** An operator. Compared by identity. */
export interface Operator {
  /** Number in cache keys: equal for operators of the same name and symbol. */
  readonly id: number
  /** Stable name, the key in dialects' tables of special spellings. */
  readonly name: string
  /** The text between (or before, or after) the operands in standard SQL, without spaces: `=`, `NOT LIKE`, `DESC`. */
  readonly symbol: string
  /** How strongly it binds; an operand of lesser or equal strength is put in parentheses. SQLAlchemy's scale. */
  readonly precedence: number
  /** Chains without parentheses: `a + b + c`. */
  readonly associative: boolean
  /** Gives a boolean. */
  readonly comparison: boolean
  /** The operator that says the contrary; null where NOT must be written in front. */
  readonly negation: Operator | null
}

/** Where an operator is placed. */
export interface OperatorOptions {
  readonly associative?: boolean
  readonly comparison?: boolean
}

/** Numbers of operators by name and symbol; grows with the number of different operators that a program writes. */
const numbers: Map<string, number> = new Map()

function numberOf(name: string, symbol: string): number {
  const key = `${name} ${symbol}`
  let number = numbers.get(key)
  if (number === undefined) {
    number = numbers.size + 1
    numbers.set(key, number)
  }
  return number
}

/** Defines an operator without an opposite. */
export function operator(name: string, symbol: string, precedence: number, options: OperatorOptions = {}): Operator {
  return newOperator(name, symbol, precedence, options)
}

/** All are made here, with the same properties in the same order: V8 knows them as one. */
function newOperator(
  name: string,
  symbol: string,
  precedence: number,
  { associative = false, comparison = false }: OperatorOptions,
): Operator & { negation: Operator | null } {
  return { id: numberOf(name, symbol), name, symbol, precedence, associative, comparison, negation: null }
}

/** Defines two comparisons that are each other's contrary. */
export function opposites(
  positive: readonly [name: string, symbol: string],
  negative: readonly [name: string, symbol: string],
  precedence: number,
): readonly [Operator, Operator] {
  const first = newOperator(...positive, precedence, { comparison: true })
  const second = newOperator(...negative, precedence, { comparison: true })
  first.negation = second
  second.negation = first
  return [first, second]
}

/** Whether an operand made by `inner` needs parentheses beside `outer`. SQLAlchemy: `is_precedent`. */
export function needsGrouping(inner: Operator, outer: Operator): boolean {
  if (inner === outer && inner.associative) return false
  return inner.precedence <= outer.precedence
}
