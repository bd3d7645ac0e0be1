// When a constraint, an index or a piece of DDL is emitted: on which databases, and whether at all.
import { ArgumentError } from '../../errors.ts'
import { checkKeys } from '../../nearest.ts'
import type { TypeHost } from '../types/type.ts'

/** A condition for emitting DDL; all that it says must hold. */
export interface DdlCondition {
  /** Names of the dialects for which it is emitted. Default: all. */
  readonly dialect?: string | readonly string[]
  /** Asked each time the DDL is made. */
  readonly when?: (dialect: TypeHost) => boolean
}

/** @throws ArgumentError it is no condition. */
export function checkCondition(place: string, given: DdlCondition | undefined): DdlCondition | null {
  if (given === undefined) return null
  if (typeof given !== 'object' || given === null) throw new ArgumentError(`${place}: ddlIf is { dialect, when }`)
  checkKeys(`${place}: ddlIf`, given, ['dialect', 'when'])
  return given
}

/** Whether the condition holds for a database. */
export function holds(condition: DdlCondition | null, host: TypeHost): boolean {
  if (condition === null) return true
  const { dialect, when } = condition
  const names = dialect === undefined ? null : typeof dialect === 'string' ? [dialect] : dialect
  return (names === null || names.includes(host.name)) && (when === undefined || when(host))
}
