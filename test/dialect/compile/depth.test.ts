// Long chains are written in loops; what is nested too deeply is refused with words, never by the stack.
import { and, type ColumnElement, CompileError, cast, func, or, String, select } from 'tsalchemy'
import { expect, test } from 'vitest'
import { Interner, KeyPass } from '../../../src/expression/base/cache-key.ts'
import { Grouping } from '../../../src/expression/element/grouping.ts'
import { pg, postgresArrays, users } from './fixture.ts'

const MANY = 10_000
const keyOf = (statement: ReturnType<typeof select>): number => {
  const pass = new KeyPass(new Interner())
  pass.start(statement)
  return pass.length
}

test(`AND and OR of ${MANY} conditions`, () => {
  const conditions = Array.from({ length: MANY }, (_, index) => users.c.id.eq(index))
  const { sql, names } = pg(select(users.c.id).where(or(...conditions)))
  expect(names).toHaveLength(MANY)
  expect(sql.endsWith(`OR users.id = $${MANY}::INTEGER`)).toBe(true)
  expect(keyOf(select(users.c.id).where(and(...conditions)))).toBeGreaterThan(MANY)
})

test(`|| of ${MANY} texts`, () => {
  let chain: ColumnElement<string> = users.c.name
  for (let index = 0; index < MANY; index += 1) chain = chain.concat('x')
  const statement = select(chain.label('all'))
  const { sql, names } = pg(statement)
  expect(names).toHaveLength(MANY)
  expect(sql.startsWith('SELECT users.name || $1::VARCHAR || $2::VARCHAR || ')).toBe(true)
  expect(sql.endsWith(`|| $${MANY}::VARCHAR AS "all" FROM users`)).toBe(true)
  expect(keyOf(statement)).toBeGreaterThan(MANY)
})

test('what is nested too deeply is refused', () => {
  let deep: ColumnElement = users.c.id
  for (let index = 0; index < 100_000; index += 1) deep = new Grouping(deep)
  const statement = select(users.c.id).where(
    and(users.c.id.eq(1), users.c.id.in([func.lower(cast(1, String)) as never])),
  )
  expect(pg(statement).names.length).toBeGreaterThan(0)
  const tooDeep = select(users.c.id).orderBy(deep)
  expect(() => postgresArrays.compile(tooDeep)).toThrow(CompileError)
  expect(() => postgresArrays.compile(tooDeep)).toThrow('nested too deeply')
  expect(() => keyOf(tooDeep)).toThrow(CompileError)
})
