// Every operator of the core, as data. Strengths are SQLAlchemy's (`sql.operators._PRECEDENCE`).
import { ArgumentError } from '../../errors.ts'
import { showValue } from '../../show.ts'
import { type Operator, operator, opposites } from './operator.ts'

export const multiply: Operator = operator('multiply', '*', 8, { associative: true })
export const divide: Operator = operator('divide', '/', 8)
export const floorDivide: Operator = operator('floorDivide', '//', 8)
export const modulo: Operator = operator('modulo', '%', 8)
export const negative: Operator = operator('negative', '-', 8)
export const bitwiseNot: Operator = operator('bitwiseNot', '~', 8)
export const add: Operator = operator('add', '+', 7, { associative: true })
export const subtract: Operator = operator('subtract', '-', 7)
export const bitwiseAnd: Operator = operator('bitwiseAnd', '&', 7)
export const bitwiseOr: Operator = operator('bitwiseOr', '|', 7)
export const bitwiseXor: Operator = operator('bitwiseXor', '#', 7)
export const shiftLeft: Operator = operator('shiftLeft', '<<', 7)
export const shiftRight: Operator = operator('shiftRight', '>>', 7)
export const filter: Operator = operator('filter', 'FILTER', 6)
/** Asked for by `.over()`; built as a node of its own. */
export const over: Operator = operator('over', 'OVER', 15)
export const concatenate: Operator = operator('concatenate', '||', 5, { associative: true })

const equality = opposites(['eq', '='], ['ne', '!='], 5)
export const eq: Operator = equality[0]
export const ne: Operator = equality[1]
const less = opposites(['lt', '<'], ['ge', '>='], 5)
export const lt: Operator = less[0]
export const ge: Operator = less[1]
const greater = opposites(['gt', '>'], ['le', '<='], 5)
export const gt: Operator = greater[0]
export const le: Operator = greater[1]
const is_ = opposites(['is', 'IS'], ['isNot', 'IS NOT'], 5)
export const is: Operator = is_[0]
export const isNot: Operator = is_[1]
const distinct = opposites(['isDistinctFrom', 'IS DISTINCT FROM'], ['isNotDistinctFrom', 'IS NOT DISTINCT FROM'], 5)
export const isDistinctFrom: Operator = distinct[0]
export const isNotDistinctFrom: Operator = distinct[1]
const like_ = opposites(['like', 'LIKE'], ['notLike', 'NOT LIKE'], 5)
export const like: Operator = like_[0]
export const notLike: Operator = like_[1]
const ilike_ = opposites(['ilike', 'ILIKE'], ['notIlike', 'NOT ILIKE'], 5)
export const ilike: Operator = ilike_[0]
export const notIlike: Operator = ilike_[1]
/** LIKE as `contains()` and its kin write it: SQLAlchemy puts them in parentheses beside whatever they stand. */
const likePart_ = opposites(['like', 'LIKE'], ['notLike', 'NOT LIKE'], -100)
export const likePart: Operator = likePart_[0]
const ilikePart_ = opposites(['ilike', 'ILIKE'], ['notIlike', 'NOT ILIKE'], -100)
export const ilikePart: Operator = ilikePart_[0]
const membership = opposites(['in', 'IN'], ['notIn', 'NOT IN'], 5)
export const in_: Operator = membership[0]
export const notIn: Operator = membership[1]
const between_ = opposites(['between', 'BETWEEN'], ['notBetween', 'NOT BETWEEN'], 5)
export const between: Operator = between_[0]
export const notBetween: Operator = between_[1]
const betweenSymmetric_ = opposites(
  ['betweenSymmetric', 'BETWEEN SYMMETRIC'],
  ['notBetweenSymmetric', 'NOT BETWEEN SYMMETRIC'],
  5,
)
export const betweenSymmetric: Operator = betweenSymmetric_[0]
export const notBetweenSymmetric: Operator = betweenSymmetric_[1]
const regexp = opposites(['regexpMatch', '~'], ['notRegexpMatch', '!~'], 5)
export const regexpMatch: Operator = regexp[0]
export const notRegexpMatch: Operator = regexp[1]
const iregexp = opposites(['iregexpMatch', '~*'], ['notIregexpMatch', '!~*'], 5)
export const iregexpMatch: Operator = iregexp[0]
export const notIregexpMatch: Operator = iregexp[1]

/** The text with what matches replaced; its right side is a list of pattern and replacement. */
export const regexpReplace: Operator = operator('regexpReplace', 'REGEXP_REPLACE', 5)
export const power: Operator = operator('power', '**', 15)

// These are asked for by users and built as LIKE and ILIKE; no node carries them.
export const contains: Operator = operator('contains', 'LIKE', 5, { comparison: true })
export const startsWith: Operator = operator('startsWith', 'LIKE', 5, { comparison: true })
export const endsWith: Operator = operator('endsWith', 'LIKE', 5, { comparison: true })
export const icontains: Operator = operator('icontains', 'ILIKE', 5, { comparison: true })
export const istartsWith: Operator = operator('istartsWith', 'ILIKE', 5, { comparison: true })
export const iendsWith: Operator = operator('iendsWith', 'ILIKE', 5, { comparison: true })
/** Asked for by `.cast()`; built as a node of its own. */
export const cast: Operator = operator('cast', 'CAST', 15)
export const tryCast: Operator = operator('tryCast', 'TRY_CAST', 15)

/** A place for a criterion alone, where nothing needs parentheses that has a strength at all. */
export const criterion: Operator = operator('criterion', '', -10)
export const not: Operator = operator('not', 'NOT', 5)
export const any: Operator = operator('any', 'ANY', 15)
export const all: Operator = operator('all', 'ALL', 15)
export const collate: Operator = operator('collate', 'COLLATE', 4)
export const ascending: Operator = operator('ascending', 'ASC', 3)
export const descending: Operator = operator('descending', 'DESC', 3)
export const nullsFirst: Operator = operator('nullsFirst', 'NULLS FIRST', 3)
export const nullsLast: Operator = operator('nullsLast', 'NULLS LAST', 3)
export const and: Operator = operator('and', 'AND', 3, { associative: true })
export const or: Operator = operator('or', 'OR', 2, { associative: true })
export const distinctOf: Operator = operator('distinctOf', 'DISTINCT', 5)
export const exists: Operator = operator('exists', 'EXISTS', 0)
/** The comma between the members of a list. */
export const comma: Operator = operator('comma', ',', -1, { associative: true })
/** The outermost place: nothing is put in parentheses for it, not even a label's expression. */
export const as: Operator = operator('as', 'AS', -1, { associative: true })

// Of documents, arrays, ranges and text search. A subscript binds more strongly than any other; what leads into a document does so on no
// database that writes it with a symbol: `a || doc -> key` is `(a || doc) -> key`.
export const subscript: Operator = operator('subscript', '', 15)
/** Between the ends of a slice: `a[1:2]`. */
export const sliceTo: Operator = operator('sliceTo', ':', -1)
/** `(composite).field` */
export const field: Operator = operator('field', '.', 15)
export const jsonAt: Operator = operator('jsonAt', '->', 4)
export const jsonPath: Operator = operator('jsonPath', '#>', 4)
export const jsonAtText: Operator = operator('jsonAtText', '->>', 4)
export const jsonPathText: Operator = operator('jsonPathText', '#>>', 4)
export const holds: Operator = operator('holds', '@>', 5, { comparison: true })
export const containedBy: Operator = operator('containedBy', '<@', 5, { comparison: true })
export const overlaps: Operator = operator('overlaps', '&&', 5, { comparison: true })
export const hasKey: Operator = operator('hasKey', '?', 5, { comparison: true })
export const hasAny: Operator = operator('hasAny', '?|', 5, { comparison: true })
export const hasAll: Operator = operator('hasAll', '?&', 5, { comparison: true })
export const pathExists: Operator = operator('pathExists', '@?', 5, { comparison: true })
export const pathMatch: Operator = operator('pathMatch', '@@', 5, { comparison: true })
export const match: Operator = operator('match', '@@', 5, { comparison: true })
export const matchesQuery: Operator = operator('matchesQuery', '@@', 5, { comparison: true })
export const without: Operator = operator('without', '-', 7)
export const deletePath: Operator = operator('deletePath', '#-', 7)
export const strictlyLeftOf: Operator = operator('strictlyLeftOf', '<<', 5, { comparison: true })
export const strictlyRightOf: Operator = operator('strictlyRightOf', '>>', 5, { comparison: true })
export const notExtendRightOf: Operator = operator('notExtendRightOf', '&<', 5, { comparison: true })
export const notExtendLeftOf: Operator = operator('notExtendLeftOf', '&>', 5, { comparison: true })
export const adjacentTo: Operator = operator('adjacentTo', '-|-', 5, { comparison: true })
/** Asked for by `.asString()`, `.asInteger()` and their kin; built as one of the above, and a cast. */
export const documentAs: Operator = operator('documentAs', '', 15)

/** Signs as PostgreSQL allows them in operators, words, or an operator named with its schema. */
const SYMBOL = /^(?:[-+*/<>=~!@#%^&|`?:]{1,63}|[A-Za-z_][\w ]{0,62}|OPERATOR\([\w."]+[-+*/<>=~!@#%^&|`?]{1,63}\))$/

/**
 * An operator given by its text.
 * @throws ArgumentError where the text is no operator, so that no statement can be hidden in it.
 */
export function customOperator(symbol: string, precedence = 0, comparison = false): Operator {
  if (typeof symbol !== 'string' || !SYMBOL.test(symbol) || symbol.includes('--') || symbol.includes('/*'))
    throw new ArgumentError(`op() takes an operator's text, such as '->>' or 'AT TIME ZONE'; got ${showValue(symbol)}`)
  if (typeof precedence !== 'number' || Number.isNaN(precedence))
    throw new ArgumentError('op() and boolOp() take a number as precedence')
  return operator('custom', symbol, precedence, { comparison })
}
