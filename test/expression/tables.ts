// The tables that the tests of expressions speak of, and a statement's SQL on one line.

import {
  ARRAY,
  Boolean,
  Column,
  type Element,
  Integer,
  JSON,
  MetaData,
  Numeric,
  String as StringType,
  table,
} from 'tsalchemy'

export const metadata = new MetaData()
export const users = table('users', metadata, {
  id: Column(Integer, { primaryKey: true }),
  name: Column(StringType(50)),
  age: Column(Integer, { nullable: true }),
  active: Column(Boolean, { nullable: true }),
})
export const addresses = table('addresses', metadata, {
  id: Column(Integer, { primaryKey: true }),
  userId: Column(Integer, { name: 'user_id', foreignKey: 'users.id' }),
  email: Column(StringType),
})
export const nodes = table('nodes', metadata, {
  id: Column(Integer, { primaryKey: true }),
  parentId: Column(Integer, { name: 'parent_id', foreignKey: 'nodes.id', nullable: true }),
})
export const orders = table('orders', metadata, {
  id: Column(Integer, { primaryKey: true }),
  userId: Column(Integer, { name: 'user_id', foreignKey: 'users.id' }),
  total: Column(Numeric(10, 2)),
})
export const documents = table('docs', metadata, {
  id: Column(Integer, { primaryKey: true }),
  body: Column(JSON<{ k?: unknown }>(), { nullable: true }),
  tags: Column(ARRAY(StringType), { nullable: true }),
})

export const u = users.c
export const a = addresses.c
export const n = nodes.c
export const o = orders.c
export const d = documents.c

/** The element in the default dialect's SQL, with single spaces. */
export function sqlOf(element: Element): string {
  return String(element).replace(/\s+/g, ' ').trim()
}
