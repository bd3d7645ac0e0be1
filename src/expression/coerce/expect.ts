// The one door for arguments: what a user gave becomes the element that its place needs, or an error that names the place.
import { ArgumentError } from '../../errors.ts'
import { Element, isElement } from '../base/element.ts'
import { CLAUSE_ELEMENT, hasClauseElement } from '../base/protocol.ts'
import { describe } from './describe.ts'
import type { Place } from './roles.ts'

/**
 * The element that stands for a value in a place.
 * @param where the place as users know it, for the message: `select.where()`
 * @throws ArgumentError naming the place, what it takes and what was given; the value itself is never shown
 */
export function expect<E extends Element>(place: Place<E>, value: unknown, where: string): E {
  const element = elementOf(value)
  if (element === null) return place.literal(value) ?? refuse(place, value, 0, where)
  if (element.roles & place.takes) return element as E
  return place.adapt(element) ?? refuse(place, value, element.roles, where)
}

/** {@link expect} for a list of arguments. */
export function expectAll<E extends Element>(place: Place<E>, values: readonly unknown[], where: string): E[] {
  return values.map((value) => expect(place, value, where))
}

/** The element that a value is or stands for; null where it is none. */
export function elementOf(value: unknown): Element | null {
  if (value instanceof Element) return value
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null || value instanceof Date) return null
  if (isElement(value)) return value
  return hasClauseElement(value) ? value[CLAUSE_ELEMENT]() : null
}

function refuse(place: Pick<Place<never>, 'forms' | 'advice'>, value: unknown, roles: number, where: string): never {
  const advice = place.advice(value, roles)
  throw new ArgumentError(`${where} takes ${place.forms}; got ${describe(value)}${advice === '' ? '' : `: ${advice}`}`)
}
