// How an object carries its state: for good, and seen by nobody.

import { expect, test } from 'vitest'
import { hasRow, InstanceState, ownState, stateOf } from '../../../src/orm/state/state.ts'
import { User } from '../support/model.ts'
import { RecordingSession, state } from '../support/recording-session.ts'

test('the state is no property', () => {
  const user = new User({ name: 'ed' })
  expect(stateOf(user)).toBeInstanceOf(InstanceState)
  expect(Reflect.ownKeys(user)).toEqual([])
  expect(stateOf({ ...user })).toBeNull()
  expect(stateOf(Object.create(user))).toBeNull()
  expect(stateOf(structuredClone(user))).toBeNull()
})

test('copying one entity onto another copies no state', () => {
  const [one, two] = [new User({ name: 'one' }), new User({ name: 'two' })]
  Object.assign(two, one)
  expect(two.name).toBe('two')
  expect(stateOf(two)?.entity).toBe(two)
})

test('other values have none', () => {
  for (const value of [null, undefined, 5, 'x', {}, [], () => 1, User]) expect(stateOf(value)).toBeNull()
  expect(ownState({})).toBeNull()
})

test('the value before the first change is kept, once, and the session told once', () => {
  const session = new RecordingSession()
  const user = session.load(User, { id: 1, name: 'ed' })
  const one = state(user)
  expect(one.modified).toBe(false)
  one.noteChange(1)
  one.values[1] = 'x'
  one.noteChange(1)
  expect(one.committedValue(1)).toBe('ed')
  expect(one.committedValue(0)).toBe(1)
  expect([...session.dirty]).toHaveLength(1)
})

test('only objects with a row note changes', () => {
  const user = new User({ name: 'ed' })
  const one = state(user)
  expect(hasRow(one)).toBe(false)
  one.noteChange(1)
  expect(one.committed).toBeNull()
  for (const lifecycle of ['persistent', 'deleted', 'detached'] as const) {
    one.lifecycle = lifecycle
    expect(hasRow(one)).toBe(true)
  }
})
