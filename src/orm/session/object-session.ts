// `objectSession()`: the session that an object is in.
import { requireState } from '../map/mapped-class.ts'
import { Session } from './session.ts'

/**
 * The session that an object is in; null for none.
 *
 * @throws UnmappedClassError it is no object of a mapped class.
 * @example
 * objectSession(user) === session   // whether it is in this one
 */
export function objectSession(entity: object): Session | null {
  const { session } = requireState(entity)
  return session instanceof Session ? session : null
}
