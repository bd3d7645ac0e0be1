// What `options()` of a statement takes.
import { ArgumentError } from '../../errors.ts'
import { describe } from './describe.ts'

/** @throws ArgumentError something is given that is no option of a statement. */
export function checkOptions(options: readonly unknown[]): void {
  for (const option of options)
    if (typeof (option as { readonly walk?: unknown } | null | undefined)?.walk !== 'function')
      throw new ArgumentError(
        `options() takes loader options, such as selectinload(u.addresses); got ${describe(option)}`,
      )
}
