// Cache keys: equal shapes have equal keys, any other field another key, values never matter.

import fc from 'fast-check'
import {
  bindparam,
  deleteFrom,
  type Element,
  func,
  Integer,
  insert,
  String as StringType,
  select,
  union,
  update,
  values,
} from 'tsalchemy'
import { describe, expect, test } from 'vitest'
import { Interner, KeyPass } from '../../src/expression/base/cache-key.ts'
import { isElement } from '../../src/expression/base/element.ts'
import { SqlType } from '../../src/expression/types/type.ts'
import { EVERY_NODE } from './every-node.ts'
import { a, addresses, documents as docs, sqlOf, u, users } from './tables.ts'

const pass = new KeyPass(new Interner())
function keyOf(element: Element): string {
  pass.start(element)
  return pass.ints.slice(0, pass.length).join()
}

const KINDS = Object.entries(EVERY_NODE)

test.each(KINDS)('an equal %s has an equal key, whatever its values', (_kind, make) => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 1000 }), fc.integer({ min: 0, max: 1000 }), (one, other) => {
      expect(keyOf(make(one))).toBe(keyOf(make(other)))
    }),
  )
})

test('different kinds have different keys', () => {
  const keys = KINDS.map(([, make]) => keyOf(make(1)))
  expect(new Set(keys).size).toBe(keys.length)
})

/** What no SQL depends on: values, what is made from other fields, what executions remember. */
const BESIDE_THE_POINT: Readonly<Record<string, readonly string[]>> = {
  bind: ['value', 'callable'],
  textFrom: ['columnList'],
  // Made from the arrays.
  rowArrays: ['columnList', 'ordinality'],
  // Objects that live longer than statements go by their number.
  table: ['*'],
  entity: ['plugin', 'columns', 'entityName'],
  select: ['state.names', 'state.executionOptions', 'state.plugin', 'state.options', 'remembered'],
  compound: ['state.executionOptions', 'remembered'],
  // Told by variants below: private, uncacheable, or of another sort than null.
  cte: ['name', 'recursive', 'materialized', 'nesting'],
  insert: ['state.rows', 'state.from', 'state.executionOptions', 'state.plugin', 'state.options', 'remembered'],
  update: ['state.executionOptions', 'state.plugin', 'state.options', 'remembered'],
  merge: ['state.executionOptions', 'state.plugin', 'state.options', 'remembered'],
  delete: ['state.executionOptions', 'state.plugin', 'state.options', 'remembered'],
  text: ['state.executionOptions', 'remembered'],
  // Made from the rest; told by variants below.
  values: ['columnList'],
  tableValued: ['columnList', 'valued'],
  // What they are known by, which is made from the rest.
  column: ['forms'],
  binary: ['form'],
  // The members' types.
  tuple: ['type'],
}

/** Something else of the same sort. */
function otherThan(value: unknown): unknown {
  if (value === null) return u.name
  if (typeof value === 'string') return `${value}x`
  if (typeof value === 'boolean') return !value
  if (typeof value === 'number') return value + 1
  if (value instanceof SqlType) return value.kind === 'string' ? Integer : StringType
  if (isElement(value)) {
    if (value.kind === 'table' || 'columnList' in value) return users.alias('another')
    if (value.kind === 'operator') return value
    return value.kind === 'select' || value.kind === 'compound' ? select(u.name, u.id) : func('other')
  }
  if (Array.isArray(value)) return value.length === 0 ? [u.name] : [...value, value[0]]
  if ('precedence' in (value as object)) return { ...(value as object), id: -1 }
  const [key, inner] = Object.entries(value as object)[0] ?? []
  return key === undefined ? value : { ...(value as object), [key]: otherThan(inner) }
}

/** The element with one field changed, without any constructor: a key is made of fields. */
function changed(element: Element, path: string): Element {
  const copy = Object.create(element, {}) as Record<string, unknown> & Element
  const [field = '', inner] = path.split('.')
  const value = (element as unknown as Record<string, unknown>)[field]
  const replaced =
    inner === undefined
      ? otherThan(value)
      : { ...(value as object), [inner]: otherThan((value as Record<string, unknown>)[inner]) }
  Object.defineProperty(copy, field, { value: replaced })
  return copy
}

const FIELDS = KINDS.flatMap(([kind, make]) => {
  const element = make(1)
  // What a SELECT says is made when it is asked for.
  const fields = new Set([...Object.keys(element), ...('state' in element ? ['state'] : [])])
  const own = [...fields].flatMap((field) =>
    field === 'state'
      ? Object.keys((element as unknown as { state: object }).state).map((each) => `state.${each}`)
      : [field],
  )
  const skipped = BESIDE_THE_POINT[kind] ?? []
  return skipped.includes('*')
    ? []
    : own.filter((field) => !skipped.includes(field)).map((field) => [kind, field] as const)
})

test.each(FIELDS)('another %s by its %s has another key', (kind, field) => {
  const element = EVERY_NODE[kind as keyof typeof EVERY_NODE](1)
  expect(keyOf(changed(element, field))).not.toBe(keyOf(element))
})

test('the fields under test are many', () => {
  expect(FIELDS.length).toBeGreaterThan(90)
})

describe('what the key sees besides', () => {
  test('which parameters are one', () => {
    const one = u.id.eq(5)
    expect(keyOf(select(u.id).where(one, one))).not.toBe(keyOf(select(u.id).where(u.id.eq(5), u.id.eq(5))))
  })
  test('which aliases are one', () => {
    const alias = users.alias()
    const same = select(alias.c.id, alias.c.name)
    const different = select(users.alias().c.id, users.alias().c.name)
    expect(keyOf(same)).not.toBe(keyOf(different))
    expect(sqlOf(same)).not.toBe(sqlOf(different))
  })
  test('nothing of the length of a list', () => {
    expect(keyOf(u.id.in([1]))).toBe(keyOf(u.id.in([1, 2, 3])))
    expect(keyOf(u.id.in([]))).toBe(keyOf(u.id.in([1])))
  })
  test('a recursive CTE ends', () => {
    const make = (): Element => {
      const tree = select(u.id).cte('t', { recursive: true })
      return select(tree.unionAll(select(a.userId).joinFrom(addresses, tree, tree.c.id.eq(a.id))).c.id)
    }
    expect(keyOf(make())).toBe(keyOf(make()))
  })
  test('strings that would run into each other', () => {
    expect(keyOf(func(['a'], 1))).not.toBe(keyOf(func(['a', 'a'], 1)))
    expect(keyOf(select(u.id.label('ab'), u.id.label('c')))).not.toBe(keyOf(select(u.id.label('a'), u.id.label('bc'))))
  })
  const random = func.random().label('r')
  const added = select(u.id).cte('a')
  test.each<readonly [string, Element, Element]>([
    ['the name of a CTE', select(u.id).cte('a'), select(u.id).cte('b')],
    ['that a CTE is recursive', select(u.id).cte('a'), select(u.id).cte('a', { recursive: true })],
    ['that a CTE is materialized', select(u.id).cte('a'), select(u.id).cte('a', { materialized: true })],
    ['what is not', select(u.id).cte('a', { materialized: false }), select(u.id).cte('a', { materialized: true })],
    [
      'that a CTE is nested where it is added',
      select(u.id).addCte(added),
      select(u.id).addCte(added, { nestHere: true }),
    ],
    ['that a CTE is nested', select(u.id).cte('a'), select(u.id).cte('a', { nesting: true })],
    ['a column of a function', func('f').tableValued('a'), func('f').tableValued('b')],
    ['its type', func('f').tableValued({ a: Integer }), func('f').tableValued({ a: StringType })],
    ['its number', func('f').tableValued('a'), func('f').tableValued('a', { withOrdinality: 'n' })],
    ['that it names its columns', func('f').tableValued('a'), func('f').tableValued('a').renderDerived()],
    [
      'with types',
      func('f').tableValued('a').renderDerived(),
      func('f').tableValued('a').renderDerived({ withTypes: true }),
    ],
    ['that it is lateral', func('f').tableValued('a'), func('f').tableValued('a').lateral()],
    ['how many rows are written', values({ a: Integer }).data([[1]]), values({ a: Integer }).data([[1], [2]])],
    ['names of items', select(u.id), select({ id: u.id })],
    [
      'that a parameter has a value',
      bindparam('p', { type: Integer, required: false }),
      bindparam('p', { value: 5, required: false }),
    ],
    ['that ORDER BY names a label', select(random).orderBy(random), select(random).orderBy(func.random().label('r'))],
    [
      'in a compound too',
      union(select(random), select(u.id)).orderBy(random.desc()),
      union(select(random), select(u.id)).orderBy(func.random().label('r').desc()),
    ],
    ['another name', select({ a: u.id }), select({ b: u.id })],
    [
      'INSERT ... SELECT',
      insert(users).fromSelect(['id'], select(a.id)),
      insert(users).fromSelect(['age'], select(a.id)),
    ],
    [
      'another SELECT',
      insert(users).fromSelect(['id'], select(a.id)),
      insert(users).fromSelect(['id'], select(a.userId)),
    ],
    ['inline', insert(users).inline(), insert(users)],
    [
      'whose defaults',
      insert(users).fromSelect(['id'], select(a.id), { includeDefaults: false }),
      insert(users).fromSelect(['id'], select(a.id)),
    ],
    ['a hint', deleteFrom(users).all().withHint('ONLY'), deleteFrom(users).all()],
    ['for one dialect', update(users).withHint('ONLY'), update(users).withHint('ONLY', { dialect: 'postgresql' })],
    ['what comes back', insert(users).returnDefaults(), insert(users)],
    ['what else comes back', insert(users).returnDefaults('age'), insert(users).returnDefaults('name')],
    [
      'the part that is set',
      update(docs).values([[docs.c.tags.at(1), 'x']]),
      update(docs).values([[docs.c.tags.slice(1, 2), ['x']]]),
    ],
    ['or the whole', update(docs).values([[docs.c.tags.at(1), 'x']]), update(docs).values([[docs.c.tags, ['x']]])],
  ])('%s', (_what, one, other) => {
    expect(keyOf(one)).not.toBe(keyOf(other))
  })
  test('several rows cannot be described', () => {
    keyOf(insert(users).values([{ name: 'x' }]))
    expect(pass.cacheable).toBe(false)
    keyOf(insert(users).values({ name: 'x' }))
    expect(pass.cacheable).toBe(true)
  })
  test('compounds of the same parts', () => {
    const [one, other] = [select(u.id), select(a.id)]
    expect(keyOf(union(one, other))).not.toBe(keyOf(one.unionAll(other)))
    expect(keyOf(union(one, other))).not.toBe(keyOf(union(other, one)))
  })
})

test('an expression that is selected twice is named as two equal ones are', () => {
  const once = u.id.add(1).label('x')
  for (const [one, other] of [
    [select(once, once), select(u.id.add(1).label('x'), u.id.add(1).label('x'))],
    [select(u.id.label('x'), u.id.label('x')), select(...Array(2).fill(u.id.label('x')))],
  ] as const) {
    expect(sqlOf(one).replaceAll(/:id_\d/g, '?')).toBe(sqlOf(other).replaceAll(/:id_\d/g, '?'))
  }
})

test('equal keys are equal SQL', () => {
  const expression = fc.letrec<{ e: Element }>((tie) => ({
    e: fc.oneof(
      { maxDepth: 4 },
      fc.constantFrom<Element>(u.id, u.age),
      fc.integer({ min: 1, max: 9 }).map((value): Element => u.id.add(value)),
      fc.tuple(tie('e'), tie('e')).map(([l, r]): Element => (l as typeof u.id).add(r as typeof u.id)),
      fc.tuple(tie('e'), tie('e')).map(([l, r]): Element => (l as typeof u.id).multiply(r as typeof u.id)),
      tie('e').map((e): Element => (e as typeof u.id).negate()),
      tie('e').map((e): Element => func.abs(e as typeof u.id)),
      tie('e').map((e): Element => (e as typeof u.id).label('x')),
    ),
  })).e
  const seen = new Map<string, string>()
  fc.assert(
    fc.property(expression, (element) => {
      const key = keyOf(element)
      const sql = sqlOf(element)
      expect(seen.get(key) ?? sql).toBe(sql)
      seen.set(key, sql)
    }),
    { numRuns: 500 },
  )
  expect(seen.size).toBeGreaterThan(50)
})
