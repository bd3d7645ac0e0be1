// Which calculated values are decimals on other databases, though a number stands for them here: halves of these are rounded away from zero.
import type { Binary } from '../../expression/element/binary.ts'
import { ColumnElement } from '../../expression/element/column-element.ts'
import type { FunctionCall } from '../../expression/function/function.ts'
import { Fraction } from '../../expression/types/infer.ts'
import { HOST } from './type-name.ts'

/** A floating point number, whose halves go to the even side. */
export function isDouble(element: ColumnElement): boolean {
  return affinityOf(element) === 'float' && !isExact(element)
}

const CALCULATIONS: ReadonlySet<string> = new Set(['add', 'subtract', 'multiply', 'divide', 'modulo'])
const OF_FIRST: ReadonlySet<string> = new Set(['avg', 'round', 'ceil', 'ceiling', 'floor', 'trunc', 'abs', 'sum'])

function affinityOf({ type }: ColumnElement): string {
  return type.forDialect(HOST).affinity
}

function isWhole(element: ColumnElement): boolean {
  return affinityOf(element) === 'integer'
}

function isExact(element: unknown): boolean {
  if (!(element instanceof ColumnElement)) return false
  if (element.type === Fraction || affinityOf(element) === 'numeric') return true
  switch (element.kind) {
    case 'label':
    case 'grouping':
    case 'unary':
    case 'over':
    case 'filter':
      return isExact((element as unknown as { readonly element: unknown }).element)
    case 'binary': {
      const { operator, left, right } = element as unknown as Binary
      if (!CALCULATIONS.has(operator.name)) return false
      const isOfExact = [left, right].every((side) => isWhole(side) || isExact(side))
      return isOfExact && (operator.name === 'divide' || isExact(left) || isExact(right))
    }
    case 'function': {
      const { name, operands } = element as unknown as FunctionCall
      const [first] = operands
      return first !== undefined && OF_FIRST.has(name) && (isExact(first) || (name === 'avg' && isWhole(first)))
    }
    default:
      return false
  }
}
