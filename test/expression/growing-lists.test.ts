// AND and OR made in loops: the same as made at once, whatever grew from what, and in time that does not grow with the square.
import fc from 'fast-check'
import {
  and,
  Column,
  type Criterion,
  type Element,
  Integer,
  literal,
  MetaData,
  not,
  or,
  select,
  sqlFalse,
  sqlTrue,
  table,
  update,
} from 'tsalchemy'
import { describe, expect, test } from 'vitest'
import { replace } from '../../src/expression/adapt.ts'
import { Interner, KeyPass } from '../../src/expression/base/cache-key.ts'
import { BooleanList } from '../../src/expression/element/list.ts'
import { sqlOf, u, users } from './tables.ts'

const pass = new KeyPass(new Interner())
function keyOf(element: Element): string {
  pass.start(element)
  return pass.ints.slice(0, pass.length).join()
}

const each = (value: number): Criterion =>
  value % 7 === 0
    ? or(u.id.eq(value), u.age.gt(value))
    : value % 5 === 0
      ? and(u.id.gt(value), u.age.lt(value))
      : u.id.eq(value)
const some = (from: number, count: number): Criterion[] =>
  Array.from({ length: count }, (_, index) => each(from + index))

/** How a list is made longer: at its end, at its beginning, on both sides, by another long one, by nothing. */
const STEPS = {
  behind: (list: Criterion[], value: number) => [...list, each(value)],
  before: (list: Criterion[], value: number) => [each(value), ...list],
  around: (list: Criterion[], value: number) => [each(value), ...list, each(value + 1), each(value + 2)],
  long: (list: Criterion[], value: number) => [...list, ...some(value, 80)],
  twice: (list: Criterion[]) => [...list, ...list],
} as const

test.each([
  ['AND', and],
  ['OR', or],
])('%s is the same however it was made', (_name, join) => {
  const step = fc.tuple(fc.constantFrom(...(Object.keys(STEPS) as (keyof typeof STEPS)[])), fc.nat(100), fc.boolean())
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 90 }), fc.array(step, { maxLength: 6 }), (length, steps) => {
      let flat = some(0, length)
      let made = join(...flat)
      const branches: [Criterion[], Element][] = []
      for (const [kind, value, reads] of steps) {
        // What is read is no longer shared; what is not read may be.
        if (reads) expect((made as BooleanList).clauses.length).toBeGreaterThan(1)
        branches.push([[...flat, each(value)], join(made, each(value))])
        flat = STEPS[kind](flat, value)
        if (kind === 'behind') made = join(made, each(value))
        else if (kind === 'before') made = join(each(value), made)
        else if (kind === 'around') made = join(each(value), made, each(value + 1), each(value + 2))
        else if (kind === 'long') made = join(made, join(...some(value, 80)))
        else made = join(made, made)
        branches.push([flat, made])
      }
      for (const [all, one] of [...branches, ...branches.reverse()]) {
        const whole = join(...all)
        expect(sqlOf(one)).toBe(sqlOf(whole))
        expect(keyOf(one)).toBe(keyOf(whole))
      }
    }),
    { numRuns: 60 },
  )
})

test('constants, NOT and replacing', () => {
  let list = and(...some(1, 100))
  list = and(list, u.id.eq(1))
  expect(and(list, sqlFalse())).toBe(sqlFalse())
  expect(sqlOf(and(list, sqlTrue()))).toBe(sqlOf(list))
  expect(sqlOf(not(and(list, u.id.eq(2))))).toBe(`NOT (${sqlOf(and(list, u.id.eq(2)))})`)
  const count = sqlOf(list).split(':id_').length
  expect(sqlOf(or(list, u.id.eq(5)))).toBe(`${sqlOf(list)} OR users.id = :id_${count}`)
  const other = users.alias('other')
  const moved = replace(and(list, u.age.eq(1)), (one) => (one === u.age ? other.c.age : null))
  expect(sqlOf(moved)).toContain('other.age = ')
  expect(sqlOf(moved)).not.toContain('users.age')
  expect(moved).toBeInstanceOf(BooleanList)
  expect(sqlOf(and(moved, literal(true)))).toContain('other.age = ')
})

test.each([
  ['and(e, x)', (e: Criterion, x: Criterion) => and(e, x)],
  ['or(x, e)', (e: Criterion, x: Criterion) => or(x, e)],
])('%s fifty thousand times', (_name, grow) => {
  let e: Criterion = u.id.eq(0)
  for (let index = 1; index < 50_000; index += 1) e = grow(e, u.id.eq(index))
  expect((e as BooleanList).clauses).toHaveLength(50_000)
})

test('where() again and again keeps what was there', () => {
  let statement = select(u.id).where(or(u.id.eq(1), u.id.eq(2)))
  for (let index = 0; index < 3; index += 1) statement = statement.where(sqlTrue(), or(u.age.eq(index), u.age.gt(9)))
  expect(sqlOf(statement)).toBe(
    'SELECT users.id FROM users WHERE (users.id = :id_1 OR users.id = :id_2) AND (users.age = :age_1 OR users.age > :age_2) AND (users.age = :age_3 OR users.age > :age_4) AND (users.age = :age_5 OR users.age > :age_6)',
  )
  expect(sqlOf(statement.where(sqlFalse()).where(u.id.eq(1)))).toBe('SELECT users.id FROM users WHERE false')
  expect(
    sqlOf(
      select(u.id)
        .where(sqlTrue())
        .where(or(u.id.eq(1), u.id.eq(2))),
    ),
  ).toBe('SELECT users.id FROM users WHERE users.id = :id_1 OR users.id = :id_2')
})

describe('where() in a loop', () => {
  const t = table('t', new MetaData(), { id: Column(Integer) })
  const looped = (count: number): string => {
    let query = select(t.c.id)
    for (let index = 0; index < count; index += 1) query = query.where(t.c.id.ne(1).or(t.c.id.eq(2)))
    return `${query}`
  }

  test.each([1, 2, 63, 64, 65, 66, 300])('%i times says the same as once with as many', (count) => {
    const criteria = Array.from({ length: count }, () => t.c.id.ne(1).or(t.c.id.eq(2)))
    expect(looped(count)).toBe(`${select(t.c.id).where(...criteria)}`)
  })

  test('statements that part ways behind a long list keep apart; constants fold', () => {
    let query = select(t.c.id)
    for (let index = 0; index < 100; index += 1) query = query.where(t.c.id.ne(1))
    const [one, other] = [query.where(t.c.id.eq(5)), query.where(t.c.id.gt(6), t.c.id.lt(7))]
    expect(`${one}`.endsWith('t.id != :id_100 AND t.id = :id_101')).toBe(true)
    expect(`${other}`.endsWith('t.id != :id_100 AND t.id > :id_101 AND t.id < :id_102')).toBe(true)
    expect(`${query.where(sqlTrue())}`).toBe(`${query}`)
    expect(`${one.where(sqlFalse())}`).toContain('WHERE false')
  })

  test('UPDATE and 100,000 of them: the time grows with the number, not with its square', () => {
    let write = update(t).values({ id: 1 })
    for (let index = 0; index < 100_000; index += 1) write = write.where(t.c.id.ne(index))
    expect(`${write}`.endsWith('t.id != :id_100000')).toBe(true)
  })
})
