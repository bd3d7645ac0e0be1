// Values that the database makes and that come back without being rows.
import { InvalidRequestError } from '../../errors.ts'
import type { Pass } from '../base/pass.ts'
import { elementOf } from '../coerce/expect.ts'
import type { NamedElement } from '../element/column-element.ts'
import { columnOf } from './assignments.ts'
import type { WriteState } from './write.ts'

/**
 * @internal Columns whose values come back without being rows.
 * @throws InvalidRequestError the statement has RETURNING
 */
export function returnDefaultsOf(
  state: WriteState,
  columns: readonly unknown[],
  where: string,
): Required<Pick<WriteState, 'returnDefaults'>> {
  if (state.returning.length > 0)
    throw new InvalidRequestError(`${where} and returning() exclude each other: only columns of returning() are rows`)
  const more = columns.map((column) => columnOf(state.table, columnKey(column), where))
  return { returnDefaults: [...(state.returnDefaults ?? []), ...more] }
}

function columnKey(column: unknown): string {
  return typeof column === 'string' ? column : ((elementOf(column) as NamedElement | null)?.key ?? '')
}

/** @internal Tells a pass of RETURNING that is no rows. */
export function walkReturnDefaults(pass: Pass, { returnDefaults }: WriteState): void {
  if (returnDefaults === undefined) pass.flag(false)
  else {
    pass.flag(returnDefaults.length + 1)
    for (const column of returnDefaults) pass.node(column)
  }
}
