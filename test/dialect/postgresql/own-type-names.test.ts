// The names that types of the user's cannot have are those of the server's own types.
import {
  Column,
  CreateTable,
  CreateType,
  cast,
  createEngine,
  Enum,
  Integer,
  literal,
  MetaData,
  select,
  table,
} from 'tsalchemy'
import { Composite, Domain, postgresqlDialect } from 'tsalchemy/postgresql'
import { afterAll, expect, test } from 'vitest'
import { postgresUrl } from '../../support/server.ts'

const engine = createEngine(postgresUrl(), { poolSize: 1, maxOverflow: 0 })
afterAll(() => engine.dispose())
const dialect = postgresqlDialect()
const MESSAGE =
  "is a type of PostgreSQL's own, which would be meant wherever this one is named: give it another name, or a schema"

test('each type of the catalog is known, but for those of tables and of arrays', async () => {
  const names = await engine
    .execute(
      "SELECT typname::text FROM pg_type WHERE typnamespace = 'pg_catalog'::regnamespace AND typtype <> 'c' AND typname !~ '^_'",
    )
    .all()
  expect(names.length).toBeGreaterThan(80)
  const free = names
    .map(({ typname }) => typname)
    .filter((name) => {
      try {
        dialect.compile(new CreateType(Enum('a', { name: name as string })))
        return true
      } catch (error) {
        return !String(error).includes(MESSAGE)
      }
    })
  expect(free).toEqual([])
})

test('words of the grammar that name a type', async () => {
  for (const name of ['integer', 'bigint', 'boolean', 'character', 'dec', 'decimal', 'nchar', 'real', 'smallint'])
    expect(() => dialect.compile(new CreateType(Enum('a', { name: name as string })))).toThrow(MESSAGE)
})

test('wherever the type is named: nothing means the other one without a word', () => {
  const kind = Enum('a', { name: 'xid' })
  expect(() => dialect.compile(new CreateTable(table('t', new MetaData(), { a: Column(kind) })))).toThrow(MESSAGE)
  expect(() => dialect.compile(select(cast(literal(1), kind)))).toThrow(MESSAGE)
  expect(() => dialect.compile(select(literal('a', kind)))).toThrow(MESSAGE)
  expect(() => dialect.compile(new CreateType(Domain('regclass', Integer)))).toThrow(MESSAGE)
  expect(() => dialect.compile(new CreateType(Composite('record', { a: Integer })))).toThrow(MESSAGE)
  expect(dialect.compile(new CreateType(Enum('a', { name: 'xid', schema: 's' }))).sql).toBe(
    "CREATE TYPE s.xid AS ENUM ('a')",
  )
})
