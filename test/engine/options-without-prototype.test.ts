// Option values that are objects without a prototype have no text of their own: the message says what they are all the same.
import { expect, test } from 'vitest'
import { createEngine } from '../../src/engine/create.ts'
import { ArgumentError } from '../../src/errors.ts'

const bare: unknown = Object.create(null)

test.each([
  ['echo', "echo must be true, false, 'debug' or a function, got {}"],
  ['echoPool', "echoPool must be true, false or 'debug', got {}"],
  ['hideParameters', 'hideParameters must be true or false, got {}'],
  ['loggingName', 'loggingName must be a string, got {}'],
  ['inLists', "inLists must be 'array' or 'expand', got {}"],
  ['isolationLevel', "There is no isolation level {}; known: 'READ UNCOMMITTED', 'READ COMMITTED', "],
  ['poolPrePing', "The pool's prePing must be true, false, a number of milliseconds or 'ride', got {}; known: 'ride'"],
  [
    'poolResetOnReturn',
    "The pool's resetOnReturn must be 'rollback', 'commit' or null, got {}; known: 'rollback', 'commit'",
  ],
])('%s', (name, message) => {
  const create = () => createEngine('postgresql://127.0.0.1/none', { [name]: bare } as object)
  expect(create).toThrow(ArgumentError)
  expect(create).toThrow(message)
})

test('a wrong value is shown as what it is, not as its text', () => {
  expect(() => createEngine('postgresql://127.0.0.1/none', { hideParameters: 1 } as object)).toThrow(
    'hideParameters must be true or false, got 1',
  )
  expect(() => createEngine('postgresql://127.0.0.1/none', { hideParameters: 'true' } as object)).toThrow(
    "hideParameters must be true or false, got 'true'",
  )
})
