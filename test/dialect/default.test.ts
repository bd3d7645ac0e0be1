// The default dialect and `String(element)`: readable SQL for people.
import {
  bindparam,
  Column,
  CompileError,
  DateTime,
  func,
  Integer,
  InvalidRequestError,
  insert,
  MetaData,
  Numeric,
  String,
  select,
  table,
  tuple,
} from 'tsalchemy'
import { expect, test } from 'vitest'
import { defaultDialect } from '../../src/dialect/default.ts'
import { CreateTable } from '../../src/expression/schema/ddl/table.ts'

const users = table('users', new MetaData(), {
  id: Column(Integer, { primaryKey: true }),
  name: Column(String(50)),
  joined: Column(DateTime, { nullable: true }),
  'odd key': Column(Numeric(5, 2), { name: 'odd.name' }),
})
const u = users.c

test('statements', () => {
  expect(
    `${select(u.id)
      .where(u.id.in([1, 2]), u.name.ilike('a%'))
      .limit(5)}`,
  ).toBe(
    'SELECT users.id \nFROM users \nWHERE users.id IN (:id_1_1, :id_1_2) AND lower(users.name) LIKE lower(:name_1)\n LIMIT :param_1',
  )
  expect(`${select(u.id).offset(5)}`).toBe('SELECT users.id \nFROM users\n OFFSET :param_1')
  expect(`${tuple(u.id, u.name).in([[1, 'a']])}`).toBe('(users.id, users.name) IN ((:param_1_1_1, :param_1_1_2))')
  expect(`${tuple(u.id, u.name).in([])}`).toBe('(users.id, users.name) IN ((NULL, NULL)) AND (1 != 1)')
  expect(`${u.id.in(bindparam('ids', { expanding: true }))}`).toBe('users.id IN (NULL) AND (1 != 1)')
  expect(`${insert(users)}`).toBe(
    'INSERT INTO users (id, name, joined, "odd.name") VALUES (:id, :name, :joined, :odd_key)',
  )
})

test('expressions, tables, DDL', () => {
  expect(`${func.coalesce(u.name, 'x')}`).toBe('coalesce(users.name, :coalesce_1)')
  expect(`${users}`).toBe('users')
  expect(`${u['odd key']}`).toBe('users."odd.name"')
  expect(`${new CreateTable(users)}`).toBe(
    '\nCREATE TABLE users (\n\tid INTEGER NOT NULL, \n\tname VARCHAR(50) NOT NULL, \n\tjoined TIMESTAMP, \n\t"odd.name" NUMERIC(5, 2) NOT NULL, \n\tPRIMARY KEY (id)\n)\n\n',
  )
})

test('a parameter keeps its name wherever it stands', () => {
  const id = bindparam('id', { type: Integer })
  expect(`${select(u.id).where(u.id.eq(id), u.id.ne(id))}`).toBe(
    'SELECT users.id \nFROM users \nWHERE users.id = :id AND users.id != :id',
  )
})

test('literals', () => {
  const compiled = defaultDialect.compile(u.name.eq("it's a \\"), { literalBinds: true })
  expect(compiled.sql).toBe("users.name = 'it''s a \\'")
  expect(() => defaultDialect.literal({}, Integer)).toThrow(CompileError)
  expect(() => defaultDialect.literal(undefined, Integer)).toThrow(CompileError)
  expect(() => defaultDialect.compile(u.id.eq(bindparam('x')), { literalBinds: true })).toThrow(
    "The parameter 'x' has no value that could be written into the text",
  )
})

test('connects to nothing', () => {
  expect(() => defaultDialect.createDriver()).toThrow(InvalidRequestError)
  expect(() => defaultDialect.hasTableStatement()).toThrow(CompileError)
})
