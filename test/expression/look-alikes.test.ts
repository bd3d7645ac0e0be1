// What only looks like a node, a statement or a type is none: nodes are known by their classes, and JSON from elsewhere has no classes.
import {
  and,
  caseWhen,
  cast,
  deleteFrom,
  func,
  Integer,
  insert,
  literal,
  SQLAlchemyError,
  select,
  sql,
  text,
  union,
  update,
} from 'tsalchemy'
import { describe, expect, test } from 'vitest'
import { pg } from '../dialect/compile/fixture.ts'
import { EVERY_NODE } from './every-node.ts'
import { u, users } from './tables.ts'

/** The element as JSON has it: its fields and those of its class that a look-alike would need, without its class. */
function asJson(element: object): object {
  const seen = new Set<unknown>()
  const marks = { kind: (element as { kind?: unknown }).kind, sort: (element as { sort?: unknown }).sort }
  const text = JSON.stringify({ ...marks, ...element, text: '1=1', sql: '1=1', value: '1=1' }, (_, value: unknown) => {
    if (typeof value === 'bigint') return String(value)
    if (typeof value !== 'object' || value === null) return value
    if (seen.has(value)) return undefined
    seen.add(value)
    return value
  })
  return JSON.parse(text) as object
}

const odd = (value: unknown): never => value as never

const PLACES: { readonly [place: string]: (given: never) => unknown } = {
  'select()': (given) => select(given),
  'where()': (given) => select(u.id).where(given),
  'having()': (given) => select(u.id).having(given),
  'orderBy()': (given) => select(u.id).orderBy(given),
  'groupBy()': (given) => select(u.id).groupBy(given),
  'limit()': (given) => select(u.id).limit(given),
  'join()': (given) => select(u.id).join(given, u.id.eq(1)),
  'on of join()': (given) => select(u.id).join(users.alias('b'), given),
  'selectFrom()': (given) => select(u.id).selectFrom(given),
  'eq()': (given) => u.name.eq(given),
  'in()': (given) => u.name.in([given]),
  'like()': (given) => u.name.like(given),
  'and()': (given) => and(u.id.eq(1), given),
  'caseWhen()': (given) => caseWhen([given, 1]),
  'the type of cast()': (given) => cast(u.id, given),
  'literal()': (given) => literal(given),
  'a function': (given) => func.lower(given),
  'text().bindparams()': (given) => text('SELECT :a').bindparams({ a: given }),
  'sql``': (given) => sql`SELECT ${given}`,
  'insert()': (given) => insert(given),
  'insert().values()': (given) => insert(users).values({ name: given } as never),
  'update().values()': (given) => update(users).values({ name: given } as never),
  'update().where()': (given) => update(users).values({ name: 'x' }).where(given),
  'deleteFrom().where()': (given) => deleteFrom(users).where(given),
  'union()': (given) => union(select(u.id), given),
}

describe.each(Object.keys(PLACES))('%s', (place) => {
  test.each(Object.entries(EVERY_NODE))('refuses what looks like the node %s', (_, make) => {
    const given = asJson(make(5))
    expect(() => PLACES[place]?.(odd(given))).toThrow(SQLAlchemyError)
  })
})

test.each(Object.entries(EVERY_NODE))(
  'cast() takes what looks like the node %s for a value, never for SQL',
  (_, make) => {
    const given = asJson(make(5))
    const { sql, names } = pg(select(cast(odd(given), Integer).label('x')))
    expect(sql).toBe('SELECT CAST($1::INTEGER AS INTEGER) AS x')
    expect(names).toHaveLength(1)
  },
)
