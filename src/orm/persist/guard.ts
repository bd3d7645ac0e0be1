// A write that checks its own row count on the server, for the flight that COMMIT rides with: nothing is committed if rows are missing.
import { Binary } from '../../expression/element/binary.ts'
import { Bind, NO_VALUE } from '../../expression/element/bind.ts'
import { Case } from '../../expression/element/case.ts'
import { Cast } from '../../expression/element/cast.ts'
import type { NamedElement } from '../../expression/element/column-element.ts'
import type { RowSource } from '../../expression/from/alias.ts'
import { Cte } from '../../expression/from/alias.ts'
import { FunctionCall } from '../../expression/function/function.ts'
import { concatenate, eq } from '../../expression/operator/catalog.ts'
import { EMPTY_SELECT, Select } from '../../expression/select/select.ts'
import { BigInteger } from '../../expression/types/numeric.ts'
import { Boolean as BooleanType } from '../../expression/types/scalar.ts'
import { String as StringType } from '../../expression/types/string.ts'

/** Begins the text that the failing cast leaves in the server's message; index of the statement and number of rows follow. */
export const GUARD_MARK = 'tsalchemy-matched:'

/**
 * The write inside a CTE, with a SELECT that fails unless exactly `:expected` rows were written. There is no RAISE in SQL,
 * so it fails by casting `:mark` and the count, as text, to a number.
 *
 * @param write a write whose RETURNING gives `counted`, which is never NULL.
 */
export function guarded(write: RowSource): Select {
  const changed = new Cte(write, 'changed')
  const [counted] = changed.columnList as readonly [NamedElement]
  const count = new FunctionCall([], 'count', [counted], BigInteger)
  const expected = new Bind('expected', NO_VALUE, BigInteger, { required: true })
  const mark = new Bind('mark', NO_VALUE, StringType, { required: true })
  const complaint = new Binary(mark, concatenate, new Cast(count, StringType), StringType)
  const checked = new Case(
    null,
    [new Binary(count, eq, expected, BooleanType)],
    [count],
    new Cast(complaint, BigInteger),
    BigInteger,
  )
  return new Select({ ...EMPTY_SELECT, items: [checked], froms: [changed] })
}
