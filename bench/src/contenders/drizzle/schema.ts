// The tables as Drizzle wants them told.

import { relations } from 'drizzle-orm'
import {
  bigint,
  boolean,
  date,
  doublePrecision,
  integer,
  jsonb,
  numeric,
  pgTable,
  text,
  timestamp,
  varchar,
} from 'drizzle-orm/pg-core'

export const items = pgTable('bench_item', {
  id: integer('id').primaryKey(),
  code: bigint('code', { mode: 'bigint' }).notNull(),
  title: text('title').notNull(),
  category: varchar('category', { length: 40 }).notNull(),
  active: boolean('active').notNull(),
  score: doublePrecision('score').notNull(),
  price: numeric('price', { precision: 12, scale: 2 }).notNull(),
  createdAt: timestamp('created_at', { withTimezone: true }).notNull(),
  bornOn: date('born_on', { mode: 'string' }).notNull(),
  attributes: jsonb('attributes').notNull(),
})

export const authors = pgTable('bench_author', {
  id: integer('id').primaryKey(),
  cohort: integer('cohort').notNull(),
  name: text('name').notNull(),
  email: varchar('email', { length: 80 }).notNull(),
  joinedAt: timestamp('joined_at', { withTimezone: true }).notNull(),
})

export const books = pgTable('bench_book', {
  id: integer('id').primaryKey(),
  authorId: integer('author_id')
    .notNull()
    .references(() => authors.id),
  title: text('title').notNull(),
  pages: integer('pages').notNull(),
  rating: doublePrecision('rating').notNull(),
  publishedAt: timestamp('published_at', { withTimezone: true }).notNull(),
})

export const authorsRelations = relations(authors, ({ many }) => ({ books: many(books) }))

export const booksRelations = relations(books, ({ one }) => ({
  author: one(authors, { fields: [books.authorId], references: [authors.id] }),
}))

export const events = pgTable('bench_event', {
  id: integer('id').primaryKey().generatedByDefaultAsIdentity(),
  reference: integer('reference').notNull(),
  kind: varchar('kind', { length: 20 }).notNull(),
  amount: numeric('amount', { precision: 12, scale: 2 }).notNull(),
  note: text('note'),
  happenedAt: timestamp('happened_at', { withTimezone: true }).notNull(),
  flagged: boolean('flagged').notNull(),
  weight: doublePrecision('weight').notNull(),
})

export const accounts = pgTable('bench_account', {
  id: integer('id').primaryKey(),
  owner: text('owner').notNull(),
  email: varchar('email', { length: 80 }).notNull(),
  balance: numeric('balance', { precision: 12, scale: 2 }).notNull(),
  status: varchar('status', { length: 20 }).notNull(),
  visits: integer('visits').notNull(),
  updatedAt: timestamp('updated_at', { withTimezone: true }).notNull(),
})

export const entries = pgTable('bench_entry', {
  id: integer('id').primaryKey().generatedByDefaultAsIdentity(),
  accountId: integer('account_id')
    .notNull()
    .references(() => accounts.id),
  cents: integer('cents').notNull(),
  balanceAfter: numeric('balance_after', { precision: 12, scale: 2 }).notNull(),
  happenedAt: timestamp('happened_at', { withTimezone: true }).notNull(),
})
