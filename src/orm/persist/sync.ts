// Copies keys along links: the foreign keys of an object take the keys of the objects that it refers to.
import type { ColumnAttributeLike, StateLike } from '../contract/orm.ts'
import { FlushError } from '../errors.ts'
import type { Link, Work } from './work.ts'

/** The object that a link leads to, as the database will have it: one that is deleted or never written counts as none. */
export function linkedParent(work: Work, link: Link): StateLike | null {
  const parent = link.parent
  return parent === null || work.deletes.has(parent) || work.forgotten.has(parent) ? null : parent
}

/** Whether a key that one of the objects needs is still under way from the database. */
export function awaitsKeys(work: Work, states: readonly StateLike[]): boolean {
  if (work.links.size === 0) return false
  for (const state of states)
    for (let link = work.links.get(state) ?? null; link !== null; link = link.next) {
      const parent = linkedParent(work, link)
      if (parent !== null && link.copies.some((copy) => parent.values[copy.source.slot] === undefined)) return true
    }
  return false
}

/**
 * Sets the foreign keys of one object.
 *
 * @param changed where the slots go whose value differs from the present one; null where nobody asks (an INSERT).
 * @returns whether a foreign key was emptied.
 * @throws FlushError a foreign key that is part of the primary key would become NULL, or the key to copy is missing.
 */
export function copyKeys(work: Work, state: StateLike, changed: number[] | null): boolean {
  let emptied = false
  const first = work.links.get(state) ?? null
  for (let link = first; link !== null; link = link.next) {
    const parent = linkedParent(work, link)
    for (const { source, target } of link.copies) {
      if (parent === null && first?.next !== null && isFilled(work, first, target)) continue
      const value = parent === null ? null : parent.values[source.slot]
      if (value === undefined) throw missingKey(state, target, source)
      if (value === null && target.primaryKey) throw blankKey(state, target)
      if (setKey(state, target, value, changed) && value === null) emptied = true
    }
  }
  return emptied
}

/** Whether another link of the object gives the column a value. */
function isFilled(work: Work, first: Link | null, target: ColumnAttributeLike): boolean {
  for (let link = first; link !== null; link = link.next)
    if (linkedParent(work, link) !== null && link.copies.some((copy) => copy.target === target)) return true
  return false
}

/** @returns whether the value was another one. */
function setKey(state: StateLike, target: ColumnAttributeLike, value: unknown, changed: number[] | null): boolean {
  const { slot } = target
  const present = state.values[slot]
  if (present !== undefined && target.column.type.sameValue(present, value)) return false
  state.values[slot] = value
  if (changed !== null && !changed.includes(slot)) changed.push(slot)
  return true
}

function missingKey(state: StateLike, target: ColumnAttributeLike, source: ColumnAttributeLike): FlushError {
  return new FlushError(
    `${state.mapper.className}.${target.key} takes its value from ${source.mapper.className}.${source.key}, which has none: the object referred to was not written`,
  )
}

function blankKey(state: StateLike, target: ColumnAttributeLike): FlushError {
  return new FlushError(
    `${state.mapper.className}.${target.key} is part of the primary key and would become NULL, as the object was taken from its parent: delete it, or declare the relationship with cascade 'all, delete-orphan'`,
  )
}
