// What `console.log()` and `util.inspect()` show of elements: SQL, and no values of parameters.
import { inspect } from 'node:util'
import { Column, CreateTable, CustomElement, Integer, MetaData, String as StringType, select, table } from 'tsalchemy'
import { expect, test } from 'vitest'

const users = table('users', new MetaData(), { id: Column(Integer, { primaryKey: true }), name: Column(StringType(5)) })

test('a statement', () => {
  expect(inspect(select(users.c.id).where(users.c.name.eq('secret')))).toBe(
    'Select {\n  SELECT users.id \n  FROM users \n  WHERE users.name = :name_1\n}',
  )
})

test('an expression, a column, a table, within others', () => {
  expect(inspect(users.c.id.gt(5))).toBe('Binary { users.id > :id_1 }')
  expect(inspect({ column: users.c.id, table: users })).toBe(
    '{ column: SchemaColumn { users.id }, table: Table { users } }',
  )
  expect(inspect({ a: { b: { c: { d: select(users.c.id) } } } }, { depth: 1 })).toBe('{ a: { b: [Object] } }')
  expect(inspect({ a: select(users.c.id) }, { depth: 0 })).toBe('{ a: [Select] }')
})

test('DDL', () => {
  expect(inspect(new CreateTable(users))).toContain('CreateTable {\n  CREATE TABLE users (')
})

test('what has no spelling says why, and is shown nevertheless', () => {
  class Unspelt extends CustomElement<number> {
    override get type() {
      return Integer
    }
    override walk(): void {}
  }
  expect(inspect(new Unspelt())).toMatch(/^Unspelt \{ .*Unspelt.* \}$/s)
})
