// Recipes: statements built by the same calls are known by these; what is known so is what a walk tells.

import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import fc from 'fast-check'
import {
  type Alias,
  adaptColumns,
  bindparam,
  CLAUSE_ELEMENT,
  Column,
  caseWhen,
  desc,
  type Expression,
  exists,
  func,
  Integer,
  MetaData,
  not,
  or,
  replace,
  type Select,
  String as StringType,
  select,
  table,
} from 'tsalchemy'
import { describe, expect, test } from 'vitest'
import { Interner, KeyPass } from '../../src/expression/base/cache-key.ts'
import type { BindLike } from '../../src/expression/base/pass.ts'
import type { Trail } from '../../src/expression/base/recipe.ts'
import { RecipeLink } from '../../src/expression/base/recipe-link.ts'
import { a, addresses, d, n, nodes, o, orders, sqlOf, u, users } from './tables.ts'

const pass = new KeyPass(new Interner())
function walked(statement: Select): { readonly key: string; readonly binds: readonly BindLike[] } {
  pass.start(statement)
  return { key: pass.ints.slice(0, pass.length).join(), binds: pass.binds }
}
function trailOf(statement: Select): Trail {
  if (statement.trail === null) throw new Error('the statement has no trail')
  return statement.trail
}

type Step = (statement: Select, world: World) => Select

/** What the steps of one statement choose from: some of it made anew for each statement, some shared. */
interface World {
  readonly value: () => number
  readonly alias: Alias<{ id: number; name: string; age: number | null }>
  readonly other: Alias<{ id: number; name: string; age: number | null }>
  readonly cte: ReturnType<typeof cteOf>
  readonly twin: ReturnType<typeof cteOf>
  readonly criterion: Expression<boolean | null>
  readonly given: Expression<number>
}
function cteOf(value: number, name: string | null) {
  return select(a.userId, func.count().label('n')).where(a.id.gt(value)).groupBy(a.userId).cte(name)
}
function worldOf(value: () => number): World {
  return {
    value,
    alias: users.alias() as never,
    other: users.alias('other') as never,
    cte: cteOf(value(), 'counted'),
    twin: cteOf(value(), null),
    criterion: a.id.lt(value()),
    given: bindparam('given', { value: value() }),
  }
}

function firstOf(from: { readonly columnList: readonly unknown[] }): never {
  return from.columnList[0] as never
}

const STEPS: readonly Step[] = [
  (s, w) => s.where(u.id.eq(w.value())),
  (s, w) => s.where(u.id.ne(w.value()), u.age.ge(w.value())),
  (s, w) => s.where(u.id.eq(2 ** 40 + w.value()), u.age.eq(w.value() + 0.5)),
  (s, w) => s.where(u.id.eq(a.userId), o.total.ge(w.value() as never), o.total.ge(`${w.value()}.5`)),
  (s, w) => s.where(u.name.eq(`v${w.value()}`), u.name.eq(u.name), u.id.eq(w.cte.c.userId)),
  (s, w) => s.where(or(w.cte.c.userId.eq(a.id), w.twin.c.userId.eq(a.id), a.id.eq(w.value()))),
  (s, w) => s.where(or(u.id.eq(w.value()), u.name.like(`x${w.value()}`))),
  (s, w) => s.where(or(u.id.eq(w.value()), u.name.like(`x${w.value()}`, { escape: '/' }))),
  (s) => s.where(u.age.eq(null)),
  (s) => s.where(u.active),
  (s, w) => s.where(not(u.age.between(w.value(), w.value()))),
  (s, w) => s.where(u.id.in([w.value(), w.value()])),
  (s, w) => s.where(u.age.add(w.value()).multiply(2).gt(w.value())),
  (s, w) => s.where(func.lower(u.name).eq(`v${w.value()}`)),
  (s, w) => s.where(w.criterion),
  (s, w) => s.where(a.id.eq(w.given)),
  (s, w) => s.where(w.alias.c.id.eq(w.value())),
  (s, w) => s.where(w.other.c.id.eq(w.alias.c.id)),
  (s, w) => s.where(w.cte.c.n.gt(BigInt(w.value()) as never)),
  (s, w) => s.where(w.twin.c.userId.eq(w.cte.c.userId)),
  (s, w) => s.where(caseWhen([u.id.eq(w.value()), true], { else: false }) as never),
  (s, w) => s.where(u.id.in(select(o.userId).where(o.id.eq(w.value())))),
  (s, w) => s.where(exists(select(a.id).where(a.userId.eq(u.id), a.id.gt(w.value())))),
  (s, w) => s.where(not(exists(select(w.alias.c.id).where(w.alias.c.id.eq(w.cte.c.userId))))),
  (s, w) => s.where(u.age.lt(select(func.max(a.id)).where(a.userId.eq(w.alias.c.id)).scalarSubquery())),
  (s) => s.selectFrom(users),
  (s, w) => s.selectFrom(users, w.alias),
  (s, w) => s.join(w.cte, w.cte.c.userId.eq(u.id)),
  (s, w) => s.outerjoin(w.alias, w.alias.c.id.eq(u.id)),
  (s) => s.join(addresses),
  (s) => s.outerjoin(orders, o.userId.eq(u.id), { isFull: true }),
  (s) => s.join(nodes, n.id.eq(u.id), { isOuter: true }),
  (s) => s.joinFrom(users, addresses),
  (s) => s.groupBy(u.id, u.name),
  (s) => s.groupBy(null),
  (s, w) => s.having(func.count(u.id).gt(BigInt(w.value()) as never)),
  (s) => s.orderBy(u.id.desc(), u.name),
  (s) => s.orderBy(desc('id'), 'id' as never),
  (s, w) => s.orderBy(w.cte.c.n.desc().nullsLast()),
  (s) => s.orderBy(null),
  (s, w) => s.limit(w.value()),
  (s, w) => s.limit(BigInt(w.value())),
  (s) => s.limit(null),
  (s, w) => s.offset(w.value()),
  (s) => s.distinct(),
  (s) => s.distinct(u.id),
  (s) => s.withForUpdate(),
  (s, w) => s.addColumns(w.alias.c.name as never) as never,
  (s, w) => select(firstOf(s.where(u.id.gt(w.value())).subquery('inner'))) as never,
  (s, w) => select(u.id, firstOf(s.cte('within'))).where(u.id.lt(w.value())) as never,
]
const STARTS: readonly ((world: World) => Select)[] = [
  () => select(u.id) as never,
  () => select(u.id, u.name.label('called'), func.count(u.age).label('n')) as never,
  () => select(u.id.label('id'), func.max(u.age)) as never,
  () => select(users) as never,
  (w) => select(u.id, w.alias.c.name, w.cte.c.n) as never,
  (w) => select(w.alias.c.id, w.other.c.id) as never,
  (w) => select(w.cte, u.id) as never,
  (w) => select(w.cte.c.userId, w.twin.c.userId.label('id')) as never,
  (w) => select(u.id, u.age.add(w.value()).label('older')) as never,
  () => select({ id: u.id }) as never,
]

/** The statement, or null where a step refuses; what it refuses it refuses whoever built the same before. */
function built(start: number, steps: readonly number[], world: World): Select | string {
  try {
    let statement = (STARTS[start] as (world: World) => Select)(world)
    for (const step of steps) statement = (STEPS[step] as Step)(statement, world)
    return statement
  } catch (error) {
    return (error as Error).message
  }
}

function outcome(statement: Select): string {
  try {
    return sqlOf(statement)
  } catch (error) {
    return (error as Error).message
  }
}

const plan = fc.tuple(
  fc.nat({ max: STARTS.length - 1 }),
  fc.array(fc.nat({ max: STEPS.length - 1 }), { maxLength: 7 }),
  fc.integer({ min: 1, max: 1000 }),
)

describe('statements built by the same calls', () => {
  test('have the key, the binds and the SQL that a walk of each gives', () => {
    const keys = new Map<number, string>()
    let [tracedOnes, restarts] = [0, 0]
    fc.assert(
      fc.property(plan, ([start, steps, seed]) => {
        let [first, second] = [0, seed]
        const one = built(
          start,
          steps,
          worldOf(() => (first += 1)),
        )
        const other = built(
          start,
          steps,
          worldOf(() => (second += 2)),
        )
        if (typeof one === 'string' || typeof other === 'string') {
          expect(other).toBe(one)
          return
        }
        // The tree may start anew between the two.
        if (other.trail?.recipe.epoch !== one.trail?.recipe.epoch) restarts += 1
        else expect(other.trail?.recipe).toBe(one.trail?.recipe)
        const [ofOne, ofOther] = [walked(one), walked(other)]
        expect(ofOther.key).toBe(ofOne.key)
        expect(outcome(other)).toBe(outcome(one))
        if (one.trail === null || other.trail?.recipe !== one.trail.recipe) return
        tracedOnes += 1
        const known = keys.get(one.trail.recipe.id)
        expect(known ?? ofOne.key).toBe(ofOne.key)
        keys.set(one.trail.recipe.id, ofOne.key)
        const link = RecipeLink.of(one.trail, 'entry', ofOne.binds)
        const again = link?.bindsOf(other.trail) ?? null
        if (again !== null) {
          expect(again.length).toBe(ofOther.binds.length)
          expect(again.every((bind, index) => bind === ofOther.binds[index])).toBe(true)
        }
      }),
      { numRuns: 2000 },
    )
    expect(tracedOnes).toBeGreaterThan(300)
    expect(restarts).toBeLessThan(3)
    expect(new Set(keys.values()).size).toBeGreaterThan(150)
  })

  test('are told apart by what is one and what is two', () => {
    const [one, two] = [users.alias(), users.alias()]
    const same = select(one.c.id, one.c.name)
    const different = select(one.c.id, two.c.name)
    expect(trailOf(different).recipe).not.toBe(trailOf(same).recipe)
    expect(trailOf(select(two.c.id, two.c.name)).recipe).toBe(trailOf(same).recipe)
    expect(sqlOf(different)).not.toBe(sqlOf(same))
  })

  test('are told apart by their tables, though these look alike', () => {
    const twins = [new MetaData(), new MetaData()].map((metadata) => table('users', metadata, {}).alias('x'))
    const recipes = twins.map((twin) => trailOf(select(u.id).selectFrom(twin)).recipe)
    expect(recipes[0]).not.toBe(recipes[1])
  })

  test('are told apart by what a comparison became, not by what it was', () => {
    const other = users.alias('other')
    const make = (value: number) => u.id.eq(value)
    const adapted = (value: number) => adaptColumns(make(value), (column) => other.corresponding(column))
    const recipes = new Set<unknown>()
    for (let i = 0; i < 3; i += 1) {
      recipes.add(trailOf(select(u.name).where(make(i))).recipe)
      const statement = select(u.name).where(adapted(i))
      recipes.add(trailOf(statement).recipe)
      expect(sqlOf(statement)).toBe('SELECT users.name FROM users, users AS other WHERE other.id = :id_1')
      const literally = replace(make(i), (each) => (each.kind === 'bind' ? u.age : null))
      recipes.add(trailOf(select(u.name).where(literally)).recipe)
    }
    expect(recipes.size).toBe(3)
  })

  test('are told apart by the type that a column takes from the column it refers to later', () => {
    const metadata = new MetaData()
    const child = table('child', metadata, { parentId: Column({ foreignKey: 'parent.id' }) })
    const make = () => trailOf(select(child.c.parentId).where(child.c.parentId.eq('1' as never)))
    const [before, again] = [make(), make()]
    expect(again.recipe).toBe(before.recipe)
    table('parent', metadata, { id: Column(StringType, { primaryKey: true }) })
    expect(child.c.parentId.type.kind).toBe('string')
    expect(make().recipe).not.toBe(before.recipe)
  })

  test('are known in whatever many ways a column is compared', () => {
    const wide = table(
      'wide',
      new MetaData(),
      Object.fromEntries(Array.from({ length: 60 }, (_, i) => [`c${i}`, Column(Integer)])),
    )
    const make = (i: number, value: number) =>
      select(u.id).where(u.id.eq((wide.c as Record<string, Expression<number>>)[`c${i}`] as never), u.id.eq(value))
    const recipes = new Set<unknown>()
    for (let round = 0; round < 2; round += 1)
      for (let i = 0; i < 60; i += 1) {
        const statement = make(i, round)
        recipes.add(trailOf(statement).recipe)
        expect(sqlOf(statement)).toBe(
          `SELECT users.id FROM users, wide WHERE users.id = wide.c${i} AND users.id = :id_1`,
        )
      }
    expect(recipes.size).toBe(60)
  })

  test('are walked where one parameter stands in two places', () => {
    const make = (one: Expression<boolean>, other: Expression<boolean>) => select(u.id).where(one).having(other)
    const statement = make(u.id.eq(1), u.id.eq(2))
    const link = RecipeLink.of(trailOf(statement), 'entry', walked(statement).binds)
    const twice = u.id.eq(3)
    expect(link?.bindsOf(trailOf(make(u.id.eq(4), u.id.eq(5))))).toHaveLength(2)
    expect(link?.bindsOf(trailOf(make(twice, twice)))).toBeNull()
  })

  test('are walked where a CTE was completed behind their back', () => {
    const make = (value: number) => {
      const tree = select(n.id).where(n.id.eq(value)).cte('tree')
      return { tree, statement: select(tree.c.id) }
    }
    const first = make(1)
    const link = RecipeLink.of(trailOf(first.statement), 'entry', walked(first.statement).binds)
    const { tree, statement } = make(2)
    tree.unionAll(select(n.id).joinFrom(nodes, tree, n.parentId.eq(tree.c.id)))
    expect(link?.bindsOf(trailOf(statement))).toBeNull()
    expect(link?.bindsOf(trailOf(make(3).statement))).toHaveLength(1)
    expect(sqlOf(statement)).toContain('UNION ALL')
    expect(select(tree.c.id).trail).toBeNull()
  })

  test('have the joins of what they are made from', () => {
    for (let i = 0; i < 3; i += 1) {
      const base = select(u.id).join(nodes, n.id.eq(u.id))
      const more = base.where(u.id.eq(i))
      expect(more.finalFroms[0]).toBe(base.finalFroms[0])
    }
  })
})

describe('what is wrong is told by the call that is wrong', () => {
  const good = () => select(u.id).join(nodes, n.id.eq(u.id)).where(u.id.eq(1)).orderBy(u.id).limit(1).offset(1)
  test.each<readonly [string, (statement: Select) => unknown, RegExp]>([
    ['where(undefined)', (s) => s.where(undefined as never), /^where\(\) takes a boolean expression.*undefined/],
    ['where(true)', (s) => s.where(true as never), /JavaScript evaluated an operator/],
    ['where of a value', (s) => s.where(u.id.eq(undefined as never)), /\.eq\(\) got undefined/],
    ['having(a statement)', (s) => s.having(good() as never), /^having\(\).*scalarSubquery/],
    ['orderBy(5)', (s) => s.orderBy(5 as never), /^orderBy\(\)/],
    ['groupBy(a table)', (s) => s.groupBy(users as never), /^groupBy\(\).*name one of its columns/],
    ['limit(-1)', (s) => s.limit(-1), /^limit\(\) takes a whole number/],
    ['offset(1.5)', (s) => s.offset(1.5), /^offset\(\) takes a whole number/],
    ['join(a string)', (s) => s.join('x' as never, u.id.eq(1)), /^join\(\) takes tables/],
    ['join on a string', (s) => s.join(nodes, 'x' as never), /^join\(\) takes a boolean expression/],
    ['join on null', (s) => s.join(nodes, null as never), /^join\(\) takes a boolean expression/],
    ['an option', (s) => s.join(nodes, n.id.eq(u.id), { outer: true } as never), /^join\(\) has no option 'outer'/],
    ['outerjoin', (s) => s.outerjoin(nodes, 1 as never), /^outerjoin\(\) takes a boolean expression/],
    ['selectFrom(a column)', (s) => s.selectFrom(u.id as never), /^selectFrom\(\) takes tables/],
    ['select(undefined)', () => select(undefined as never), /^select\(\) takes columns/],
  ])('%s', (_what, run, message) => {
    for (let i = 0; i < 3; i += 1) expect(() => run(good() as never)).toThrow(message)
  })

  test('a join that nothing leads to, each time', () => {
    const lonely = table('lonely', new MetaData(), {})
    for (let i = 0; i < 3; i += 1)
      expect(() => select(u.id).join(lonely)).toThrow(/nothing in this SELECT can be joined with 'lonely'/)
  })
})

test('which label ORDER BY names tells a walk alone, but for those of columns', () => {
  const random = func.random().label('r')
  for (let i = 0; i < 3; i += 1) {
    expect(select(random).orderBy(random.desc()).trail).toBeNull()
    expect(select(random).orderBy(func.random().label('r').desc()).trail).toBeNull()
    const named = select(u.id.label('x')).orderBy(u.id.label('x').desc())
    expect(named.trail).not.toBeNull()
    expect(sqlOf(named)).toBe('SELECT users.id AS x FROM users ORDER BY x DESC')
  }
})

test('what stands for an expression may build statements of its own', () => {
  const age = {
    [CLAUSE_ELEMENT]: () => {
      select(u.name)
      return u.age
    },
  } as unknown as Expression<number>
  for (let i = 0; i < 3; i += 1) {
    const [one, other] = [select(u.id, age), select(u.name, age)]
    expect(sqlOf(one)).toBe('SELECT users.id, users.age FROM users')
    expect(sqlOf(other)).toBe('SELECT users.name, users.age FROM users')
    expect(one.trail?.recipe).toBe(select(u.id, u.age).trail?.recipe)
    expect(sqlOf(select(u.id).where(u.id.eq(1)).orderBy(age))).toBe(
      'SELECT users.id FROM users WHERE users.id = :id_1 ORDER BY users.age',
    )
  }
})

test('a recipe keeps no value of the statements built by it', async () => {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  const base = select(d.id).where(d.tags.eq(null))
  const build = (): WeakRef<object> => {
    const value = { k: 'a secret' }
    const statement = select(base.where(d.body.eq(value)).limit(1).cte('c').c.id)
    walked(statement)
    return new WeakRef(value)
  }
  // Binds of the last statement that was walked are the pass's.
  const references = [build(), build(), build()]
  walked(select(d.id))
  for (let i = 0; i < 5; i += 1) {
    await new Promise((resolve) => setTimeout(resolve, 1))
    collect()
  }
  expect(references.map((reference) => reference.deref())).toEqual([undefined, undefined, undefined])
})

test('more recipes than are kept: what was built before is built on, by a walk', () => {
  const base = select(u.id).where(u.id.eq(1))
  for (let i = 0; i < 30_000; i += 1) select(u.name.label(`n${i}`)).limit(1)
  const later = base.where(u.age.eq(2)).orderBy(u.id)
  expect(later.trail).toBeNull()
  expect(sqlOf(later)).toBe(
    'SELECT users.id FROM users WHERE users.id = :id_1 AND users.age = :age_1 ORDER BY users.id',
  )
  const [one, other] = [1, 2].map((value) => select(u.id).where(u.id.eq(value)))
  expect(one?.trail).not.toBeNull()
  expect(other?.trail?.recipe).toBe(one?.trail?.recipe)
})

test('a chain without end is not remembered without end', () => {
  let statement = select(u.id)
  for (let i = 0; i < 500; i += 1) statement = statement.limit(i)
  let length = 0
  for (let trail: Trail | null = statement.trail; trail !== null; trail = trail.before) length += 1
  expect(length).toBeLessThan(100)
  expect(sqlOf(statement)).toBe('SELECT users.id FROM users LIMIT :param_1')
})
