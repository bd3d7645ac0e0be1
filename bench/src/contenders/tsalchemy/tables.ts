// The tables as tsalchemy wants them told.

import {
  BigInteger,
  Boolean,
  Column,
  Date,
  DateTime,
  Double,
  Integer,
  JSON,
  MetaData,
  Numeric,
  String,
  Text,
  table,
} from 'tsalchemy'

const metadata = new MetaData({ columnNaming: 'snake_case' })

export const items = table('bench_item', metadata, {
  id: Column(Integer, { primaryKey: true }),
  code: Column(BigInteger),
  title: Column(Text),
  category: Column(String(40)),
  active: Column(Boolean),
  score: Column(Double),
  price: Column(Numeric(12, 2)),
  createdAt: Column(DateTime({ timezone: true })),
  bornOn: Column(Date),
  attributes: Column(JSON<unknown>()),
})

export const authors = table('bench_author', metadata, {
  id: Column(Integer, { primaryKey: true }),
  cohort: Column(Integer),
  name: Column(Text),
  email: Column(String(80)),
  joinedAt: Column(DateTime({ timezone: true })),
})

export const books = table('bench_book', metadata, {
  id: Column(Integer, { primaryKey: true }),
  authorId: Column(Integer, { foreignKey: 'bench_author.id' }),
  title: Column(Text),
  pages: Column(Integer),
  rating: Column(Double),
  publishedAt: Column(DateTime({ timezone: true })),
})

export const events = table('bench_event', metadata, {
  id: Column(Integer, { primaryKey: true }),
  reference: Column(Integer),
  kind: Column(String(20)),
  amount: Column(Numeric(12, 2)),
  note: Column(Text, { nullable: true }),
  happenedAt: Column(DateTime({ timezone: true })),
  flagged: Column(Boolean),
  weight: Column(Double),
})

export const accounts = table('bench_account', metadata, {
  id: Column(Integer, { primaryKey: true }),
  owner: Column(Text),
  email: Column(String(80)),
  balance: Column(Numeric(12, 2)),
  status: Column(String(20)),
  visits: Column(Integer),
  updatedAt: Column(DateTime({ timezone: true })),
})

export const entries = table('bench_entry', metadata, {
  id: Column(Integer, { primaryKey: true }),
  accountId: Column(Integer, { foreignKey: 'bench_account.id' }),
  cents: Column(Integer),
  balanceAfter: Column(Numeric(12, 2)),
  happenedAt: Column(DateTime({ timezone: true })),
})
