// What an INSERT or UPDATE brings back without being asked: which columns, of which statements.
import {
  bindparam,
  Column,
  deleteFrom,
  FetchedValue,
  func,
  Integer,
  InvalidRequestError,
  insert,
  literal,
  MetaData,
  Sequence,
  String,
  select,
  table,
  text,
  update,
} from 'tsalchemy'
import { insert as upsert } from 'tsalchemy/postgresql'
import { describe, expect, test } from 'vitest'
import { defaultDialect } from '../../../src/dialect/default.ts'
import { postgresArrays } from './fixture.ts'

const metadata = new MetaData()
const users = table('users', metadata, {
  id: Column(Integer, { primaryKey: true }),
  name: Column(String),
  madeAt: Column(String, { name: 'made_at', serverDefault: text('now()') }),
  loud: Column(String, { computed: 'upper(name)' }),
  changedAt: Column(String, { nullable: true, onUpdate: func.now().cast(String), serverOnUpdate: new FetchedValue() }),
})
const u = users.c
const returned = (statement: Parameters<typeof postgresArrays.compile>[0], options = {}): string | null =>
  / RETURNING .*/.exec(postgresArrays.compile(statement, options).sql)?.[0].slice(11) ?? null

describe('the primary key of an INSERT of one row', () => {
  const kinds = new MetaData()
  const keys = {
    numbered: table('numbered', kinds, { id: Column(Integer, { primaryKey: true }), x: Column(Integer) }),
    identity: table('identity', kinds, {
      id: Column(Integer, { primaryKey: true, identity: true }),
      x: Column(Integer),
    }),
    server: table('server', kinds, {
      id: Column(String, { primaryKey: true, serverDefault: text('gen_random_uuid()') }),
      x: Column(Integer),
    }),
    trigger: table('trigger', kinds, {
      id: Column(String, { primaryKey: true, serverDefault: new FetchedValue() }),
      x: Column(Integer),
    }),
    expression: table('expression', kinds, {
      id: Column(String, { primaryKey: true, default: func('gen_random_uuid').cast(String) }),
      x: Column(Integer),
    }),
    sequence: table('sequence', kinds, {
      id: Column(Integer, { primaryKey: true, default: new Sequence('numbers', { metadata: kinds }) }),
      x: Column(Integer),
    }),
    both: table('pair', kinds, {
      a: Column(Integer, { primaryKey: true, autoincrement: true }),
      b: Column(Integer, { primaryKey: true }),
      x: Column(Integer),
    }),
    client: table('client', kinds, {
      id: Column(String, { primaryKey: true, default: () => 'x' }),
      x: Column(Integer),
    }),
  } as const

  test.each([
    ['numbered', insert(keys.numbered).values({ x: 1 }), 'numbered.id'],
    ['an identity', insert(keys.identity).values({ x: 1 }), 'identity.id'],
    ['a default of the server', insert(keys.server).values({ x: 1 }), 'server.id'],
    ['given by a trigger', insert(keys.trigger).values({ x: 1 }), 'trigger.id'],
    ['an expression by default', insert(keys.expression).values({ x: 1 }), 'expression.id'],
    ['of a sequence', insert(keys.sequence).values({ x: 1 }), 'sequence.id'],
    ['an expression that is given', insert(keys.numbered).values({ id: literal(1).add(1), x: 1 }), 'numbered.id'],
    ['in part', insert(keys.both).values({ b: 1, x: 1 }), 'pair.a'],
    [
      'a parameter of another name',
      insert(keys.numbered).values({ id: bindparam('n', { type: Integer }), x: 1 }),
      null,
    ],
    ['given', insert(keys.numbered).values({ id: 1, x: 1 }), null],
    ['given, both', insert(keys.both).values({ a: 1, b: 1, x: 1 }), null],
    ['a default of the client', insert(keys.client).values({ x: 1 }), null],
    ['of a row of defaults', insert(keys.numbered), 'numbered.id'],
    ['behind ON CONFLICT', upsert(keys.numbered).values({ x: 1 }).onConflictDoNothing(), 'numbered.id'],
  ])('%s', (_what, statement, columns) => {
    const compiled = postgresArrays.compile(statement)
    expect(returned(statement)).toBe(columns)
    expect([compiled.returnsRows, compiled.implicitReturning]).toEqual([false, columns !== null])
  })

  test('given at execution', () => {
    expect(returned(insert(users), { columnKeys: ['id', 'name'] })).toBeNull()
    expect(returned(insert(users), { columnKeys: ['name'] })).toBe('users.id')
  })

  test.each([
    ['inline()', insert(users).values({ name: 'x' }).inline()],
    ['of several rows', insert(users).values([{ name: 'x' }, { name: 'y' }])],
    ['from SELECT', insert(users).fromSelect(['name'], select(u.name))],
    [
      'of a table that does not want it',
      insert(table('t', new MetaData(), { id: Column(Integer, { primaryKey: true }) }, { implicitReturning: false })),
    ],
    ['in WITH', select(literal(1)).addCte(insert(users).values({ name: 'x' }).cte('one'))],
    ['UPDATE', update(users).values({ name: 'x' }).all()],
    ['DELETE', deleteFrom(users).all()],
  ])('does not come back: %s', (_what, statement) => expect(returned(statement)).toBeNull())

  test('does not come back where execution gives several rows', () => {
    expect(returned(insert(users), { columnKeys: ['name'], forMany: true })).toBeNull()
  })

  test('is a row only where it was asked for', () => {
    const asked = postgresArrays.compile(insert(users).values({ name: 'x' }).returning(u.name))
    expect(asked.sql).toMatch(/ RETURNING users\.name$/)
    expect([asked.returnsRows, asked.implicitReturning]).toEqual([true, false])
  })

  test('is not spelt where the dialect does not say so', () => {
    expect(defaultDialect.compile(insert(users).values({ name: 'x' })).sql).toBe(
      'INSERT INTO users (name) VALUES (:name)',
    )
  })

  test('without anything that gives it is worth a warning', () => {
    const odd = table('odd', new MetaData(), { id: Column(String, { primaryKey: true }), x: Column(Integer) })
    expect(postgresArrays.compile(insert(odd).values({ x: 1 } as never)).warnings).toEqual([
      expect.stringMatching(/^Column 'odd\.id' is part of the primary key, and the INSERT gives no value for it/),
    ])
    expect(postgresArrays.compile(insert(odd).values({ id: 'a', x: 1 })).warnings).toEqual([])
  })
})

describe('returnDefaults()', () => {
  test.each([
    [
      'all',
      insert(users).values({ name: 'x' }).returnDefaults(),
      'users.id, users.made_at, users.loud, users."changedAt"',
    ],
    ['some', insert(users).values({ name: 'x' }).returnDefaults('madeAt'), 'users.id, users.made_at'],
    ['columns', insert(users).values({ name: 'x' }).returnDefaults(u.loud), 'users.id, users.loud'],
    [
      'twice',
      insert(users).values({ name: 'x' }).returnDefaults('loud').returnDefaults('madeAt'),
      'users.id, users.made_at, users.loud',
    ],
    [
      'not what is given',
      insert(users).values({ id: 1, name: 'x', madeAt: 'now' }).returnDefaults(),
      'users.loud, users."changedAt"',
    ],
    [
      'expressions',
      insert(users)
        .values({ id: 1, name: func.lower('X') })
        .returnDefaults('name'),
      'users.name',
    ],
    [
      'of UPDATE',
      update(users)
        .values({ name: func.lower('X') })
        .all()
        .returnDefaults(),
      'users.name, users.loud, users."changedAt"',
    ],
    ['of UPDATE, some', update(users).values({ name: 'x' }).all().returnDefaults('loud', 'name'), 'users.loud'],
    [
      'of UPDATE, what nobody knows to change',
      update(users).values({ name: 'x' }).all().returnDefaults('id'),
      'users.id',
    ],
    [
      'of several rows',
      insert(users)
        .values([{ name: 'x' }, { name: 'y' }])
        .returnDefaults(),
      null,
    ],
  ])('%s', (_what, statement, columns) => expect(returned(statement)).toBe(columns))

  test('of several sets of parameters', () => {
    const statement = insert(users).returnDefaults('madeAt')
    expect(returned(statement, { columnKeys: ['name'], forMany: true })).toBe('users.id, users.made_at')
  })

  test('excludes returning()', () => {
    expect(() => insert(users).returning(u.id).returnDefaults()).toThrow(InvalidRequestError)
    expect(() => update(users).returnDefaults().returning(u.id)).toThrow(
      'returning() and returnDefaults() exclude each other: only columns of returning() are rows',
    )
  })

  test('names columns that are there', () => {
    expect(() => insert(users).returnDefaults('nmae' as never)).toThrow(
      "insert().returnDefaults(): table 'users' has no column 'nmae'; did you mean 'name'?",
    )
  })
})
