// The tables as MikroORM wants them told. `declare`: a class field of its own would hide what MikroORM defines.

import { type Collection, EntitySchema } from '@mikro-orm/postgresql'

export class Item {
  declare id: number
  declare code: bigint
  declare title: string
  declare category: string
  declare active: boolean
  declare score: number
  declare price: string
  declare createdAt: Date
  declare bornOn: string
  declare attributes: unknown
}

export class Author {
  declare id: number
  declare cohort: number
  declare name: string
  declare email: string
  declare joinedAt: Date
  declare books: Collection<Book>
}

export class Book {
  declare id: number
  declare author: Author
  declare title: string
  declare pages: number
  declare rating: number
  declare publishedAt: Date
}

export class Event {
  declare id: number
  declare reference: number
  declare kind: string
  declare amount: string
  declare note: string | null
  declare happenedAt: Date
  declare flagged: boolean
  declare weight: number
}

export class Account {
  declare id: number
  declare owner: string
  declare email: string
  declare balance: string
  declare status: string
  declare visits: number
  declare updatedAt: Date
}

export class Entry {
  declare id: number
  declare account: Account
  declare cents: number
  declare balanceAfter: string
  declare happenedAt: Date
}

const money = { type: 'decimal', precision: 12, scale: 2, runtimeType: 'string' } as const
const moment = { type: 'datetime', columnType: 'timestamptz' } as const

export const schemas = [
  new EntitySchema<Item>({
    class: Item,
    tableName: 'bench_item',
    properties: {
      id: { type: 'integer', primary: true, autoincrement: false },
      code: { type: 'bigint' },
      title: { type: 'text' },
      category: { type: 'string', length: 40 },
      active: { type: 'boolean' },
      score: { type: 'double' },
      price: money,
      createdAt: moment,
      bornOn: { type: 'date' },
      attributes: { type: 'json' },
    },
  }),
  new EntitySchema<Author>({
    class: Author,
    tableName: 'bench_author',
    properties: {
      id: { type: 'integer', primary: true, autoincrement: false },
      cohort: { type: 'integer' },
      name: { type: 'text' },
      email: { type: 'string', length: 80 },
      joinedAt: moment,
      books: { kind: '1:m', entity: () => Book, mappedBy: 'author' },
    },
  }),
  new EntitySchema<Book>({
    class: Book,
    tableName: 'bench_book',
    properties: {
      id: { type: 'integer', primary: true, autoincrement: false },
      author: { kind: 'm:1', entity: () => Author },
      title: { type: 'text' },
      pages: { type: 'integer' },
      rating: { type: 'double' },
      publishedAt: moment,
    },
  }),
  new EntitySchema<Event>({
    class: Event,
    tableName: 'bench_event',
    properties: {
      id: { type: 'integer', primary: true },
      reference: { type: 'integer' },
      kind: { type: 'string', length: 20 },
      amount: money,
      note: { type: 'text', nullable: true },
      happenedAt: moment,
      flagged: { type: 'boolean' },
      weight: { type: 'double' },
    },
  }),
  new EntitySchema<Account>({
    class: Account,
    tableName: 'bench_account',
    properties: {
      id: { type: 'integer', primary: true, autoincrement: false },
      owner: { type: 'text' },
      email: { type: 'string', length: 80 },
      balance: money,
      status: { type: 'string', length: 20 },
      visits: { type: 'integer' },
      updatedAt: moment,
    },
  }),
  new EntitySchema<Entry>({
    class: Entry,
    tableName: 'bench_entry',
    properties: {
      id: { type: 'integer', primary: true },
      account: { kind: 'm:1', entity: () => Account },
      cents: { type: 'integer' },
      balanceAfter: money,
      happenedAt: moment,
    },
  }),
]
