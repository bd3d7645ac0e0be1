// The same schema and queries written for each library, as source text: what a program of that size costs the compiler.

const TABLES = 50
const ROUNDS = 25

/** The text of one program, and of one that only imports and connects, to tell the library from its use. */
export interface Program {
  readonly library: string
  readonly full: string
  readonly empty: string
}

const indexes = (count: number): number[] => Array.from({ length: count }, (_, index) => index)
const other = (index: number): number => (index + 1) % TABLES

function tsalchemy(): Program {
  const imports = `import { BigInteger, Boolean, Column, createEngine, DateTime, func, insert, Integer, JSON, MetaData, Numeric, select, String, table, update } from 'tsalchemy'
const engine = createEngine('postgresql://h/d')
const metadata = new MetaData()
`
  const tables = indexes(TABLES).map(
    (i) => `const t${i} = table('t${i}', metadata, {
  id: Column(Integer, { primaryKey: true }),
  name: Column(String(50)),
  age: Column(Integer),
  nick: Column(String, { nullable: true }),
  total: Column(BigInteger),
  price: Column(Numeric(10, 2), { nullable: true }),
  active: Column(Boolean, { default: true }),
  madeAt: Column(DateTime({ timezone: true })),
  extra: Column(JSON<{ a: number }>(), { nullable: true }),
  otherId: Column(Integer),
})
`,
  )
  const queries = indexes(ROUNDS).map((i) => {
    const [a, b] = [`t${i * 2}`, `t${other(i * 2)}`]
    return `export const read${i}: Promise<{ id: number; other: string; nick: string | null }[]> = engine
  .execute(select(${a}.c.id, ${b}.c.name.label('other'), ${a}.c.nick).join(${b}, ${b}.c.otherId.eq(${a}.c.id)).where(${a}.c.age.gt(${i}), ${a}.c.name.like('a%')).orderBy(${a}.c.name).limit(10))
  .all()
export const groups${i}: Promise<{ name: string; n: number }[]> = engine
  .execute(select(${a}.c.name, func.count().label('n')).where(${a}.c.active.eq(true)).groupBy(${a}.c.name))
  .all()
export const made${i}: Promise<{ id: number }[]> = engine
  .execute(insert(${a}).values({ name: 'x', age: ${i}, total: 5n, madeAt: new Date(), otherId: 1 }).returning(${a}.c.id))
  .all()
export const changed${i}: Promise<{ name: string }[]> = engine
  .execute(update(${a}).where(${a}.c.id.eq(${i})).values({ age: ${a}.c.age.add(1), nick: null }).returning(${a}.c.name))
  .all()
`
  })
  return { library: 'tsalchemy', full: imports + tables.join('') + queries.join(''), empty: imports }
}

function kysely(): Program {
  const imports = `import { Kysely, sql, type ColumnType, type Generated, type PostgresDialect } from 'kysely'
declare const dialect: PostgresDialect
`
  const tables = indexes(TABLES).map(
    (i) => `interface T${i} {
  id: Generated<number>
  name: string
  age: number
  nick: string | null
  total: bigint
  price: string | null
  active: Generated<boolean>
  madeAt: ColumnType<Date, Date, Date>
  extra: { a: number } | null
  otherId: number
}
`,
  )
  const database = `interface Database { ${indexes(TABLES)
    .map((i) => `t${i}: T${i}`)
    .join('; ')} }
const db = new Kysely<Database>({ dialect })
`
  const queries = indexes(ROUNDS).map((i) => {
    const [a, b] = [`t${i * 2}`, `t${other(i * 2)}`]
    return `export const read${i}: Promise<{ id: number; other: string; nick: string | null }[]> = db
  .selectFrom('${a}').innerJoin('${b}', '${b}.otherId', '${a}.id').select(['${a}.id', '${b}.name as other', '${a}.nick'])
  .where('${a}.age', '>', ${i}).where('${a}.name', 'like', 'a%').orderBy('${a}.name').limit(10).execute()
export const groups${i}: Promise<{ name: string; n: number }[]> = db
  .selectFrom('${a}').select((e) => ['name', e.fn.countAll<number>().as('n')]).where('active', '=', true).groupBy('name').execute()
export const made${i}: Promise<{ id: number }[]> = db
  .insertInto('${a}').values({ name: 'x', age: ${i}, total: 5n, madeAt: new Date(), otherId: 1 }).returning('id').execute()
export const changed${i}: Promise<{ name: string }[]> = db
  .updateTable('${a}').set((e) => ({ age: e('age', '+', 1), nick: null })).where('id', '=', ${i}).returning('name').execute()
`
  })
  return {
    library: 'kysely',
    full: imports + tables.join('') + database + queries.join(''),
    empty: `${imports}export { Kysely, sql }\nexport type { ColumnType, Generated }\n`,
  }
}

function drizzle(): Program {
  const imports = `import { and, count, eq, gt, like, sql } from 'drizzle-orm'
import { drizzle } from 'drizzle-orm/node-postgres'
import { bigint, boolean, integer, jsonb, numeric, pgTable, serial, text, timestamp, varchar } from 'drizzle-orm/pg-core'
const db = drizzle('postgresql://h/d')
`
  const tables = indexes(TABLES).map(
    (i) => `const t${i} = pgTable('t${i}', {
  id: serial().primaryKey(),
  name: varchar({ length: 50 }).notNull(),
  age: integer().notNull(),
  nick: text(),
  total: bigint({ mode: 'bigint' }).notNull(),
  price: numeric({ precision: 10, scale: 2 }),
  active: boolean().notNull().default(true),
  madeAt: timestamp({ withTimezone: true }).notNull(),
  extra: jsonb().$type<{ a: number }>(),
  otherId: integer().notNull(),
})
`,
  )
  const queries = indexes(ROUNDS).map((i) => {
    const [a, b] = [`t${i * 2}`, `t${other(i * 2)}`]
    return `export const read${i}: Promise<{ id: number; other: string; nick: string | null }[]> = db
  .select({ id: ${a}.id, other: ${b}.name, nick: ${a}.nick }).from(${a}).innerJoin(${b}, eq(${b}.otherId, ${a}.id))
  .where(and(gt(${a}.age, ${i}), like(${a}.name, 'a%'))).orderBy(${a}.name).limit(10).execute()
export const groups${i}: Promise<{ name: string; n: number }[]> = db
  .select({ name: ${a}.name, n: count() }).from(${a}).where(eq(${a}.active, true)).groupBy(${a}.name).execute()
export const made${i}: Promise<{ id: number }[]> = db
  .insert(${a}).values({ name: 'x', age: ${i}, total: 5n, madeAt: new Date(), otherId: 1 }).returning({ id: ${a}.id }).execute()
export const changed${i}: Promise<{ name: string }[]> = db
  .update(${a}).set({ age: sql\`\${${a}.age} + 1\`, nick: null }).where(eq(${a}.id, ${i})).returning({ name: ${a}.name }).execute()
`
  })
  return {
    library: 'drizzle',
    full: imports + tables.join('') + queries.join(''),
    empty: `${imports}export { db, sql }\n`,
  }
}

/** The programs, tsalchemy's first. */
export const programs: readonly Program[] = [tsalchemy(), kysely(), drizzle()]
