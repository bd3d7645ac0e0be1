// Words that a statement takes from a closed set, and options that could carry SQL: what is not in the set is refused when the program runs,
// whatever the compiler was told, and what is a name is quoted.
import {
  Column,
  CreateIndex,
  CreateSequence,
  CreateTable,
  cast,
  extract,
  ForeignKey,
  func,
  Index,
  Integer,
  MetaData,
  Numeric,
  Sequence,
  SQLAlchemyError,
  String,
  select,
  table,
} from 'tsalchemy'
import { insert } from 'tsalchemy/postgresql'
import { describe, expect, test } from 'vitest'
import type { Executable } from '../../../src/expression/base/executable.ts'
import { postgresArrays } from './fixture.ts'

const SQL = 'x; DROP TABLE canary; --'
/** As JavaScript, or JSON from elsewhere, would give it. */
const odd = (value: unknown): never => value as never

const u = table('u', new MetaData(), { id: Column(Integer, { primaryKey: true }), name: Column(String(5)) })
const columnWith = (options: object): unknown =>
  new CreateTable(table('a', new MetaData(), { id: Column(Integer, odd({ primaryKey: true, ...options })) }))
const tableWith = (options: object): unknown =>
  new CreateTable(table('a', new MetaData(), { id: Column(Integer, { primaryKey: true }) }, odd(options)))
const indexWith = (options: object): unknown => {
  const index = new Index('i', ['id'], odd(options))
  table('a', new MetaData(), { id: Column(Integer, { primaryKey: true }) }, { constraints: () => [index] })
  return new CreateIndex(index)
}
const keyWith = (options: object): unknown => columnWith({ foreignKey: ForeignKey('a.id', odd(options)) })

describe('what is of no set is refused', () => {
  test.each<[string, () => unknown]>([
    ['orderBy', () => select(u.c.id).orderBy(odd(SQL))],
    ['groupBy', () => select(u.c.id).groupBy(odd(SQL))],
    ['distinct', () => select(u.c.id).distinct(odd(SQL))],
    ['where', () => select(u.c.id).where(odd(SQL))],
    ['select', () => select(odd(SQL))],
    ['limit', () => select(u.c.id).limit(odd(SQL))],
    ['offset', () => select(u.c.id).offset(odd(SQL))],
    ['fetch', () => select(u.c.id).fetch(odd(SQL))],
    ['the strength of a lock', () => select(u.c.id).withForUpdate(odd({ [SQL]: true }))],
    ['the tables of a lock', () => select(u.c.id).withForUpdate(odd({ of: SQL }))],
    ['the criterion of a join', () => select(u.c.id).join(u.alias('b'), odd(SQL))],
    ['the kind of a join', () => select(u.c.id).join(u.alias('b'), u.c.id.eq(1), odd({ [SQL]: true }))],
    ['an operator', () => select(u.c.id.op(SQL)(1))],
    ['an operator that goes on', () => select(u.c.id.op("= '' OR 1=1 --")(1))],
    ['the frame of a window', () => select(func.sum(u.c.id).over(odd({ rows: [SQL, SQL] })))],
    ['what a window leaves out', () => select(func.sum(u.c.id).over(odd({ rows: [null, 0], exclude: SQL })))],
    ['the order of a window', () => select(func.sum(u.c.id).over(odd({ orderBy: SQL })))],
    ['the field of extract()', () => select(extract(odd(SQL), u.c.id))],
    ['the type of a cast', () => select(cast(u.c.id, odd(SQL)))],
    ['the length of a type', () => String(odd(SQL))],
    ['the precision of a type', () => Numeric(odd(SQL), 2)],
    ['onDelete', () => keyWith({ onDelete: SQL })],
    ['onUpdate', () => keyWith({ onUpdate: SQL })],
    ['match', () => keyWith({ match: SQL })],
    ['initially', () => keyWith({ deferrable: true, initially: SQL })],
    ['the start of an identity', () => columnWith({ identity: { start: SQL } })],
    ['the start of a sequence', () => new CreateSequence(new Sequence('s', odd({ start: SQL })))],
    ['the type of a sequence', () => new CreateSequence(new Sequence('s', odd({ dataType: SQL })))],
    ['the method of an index', () => indexWith({ using: SQL })],
    ['the operator class of an index', () => indexWith({ operatorClasses: { id: SQL } })],
    ['a parameter of an index', () => indexWith({ with: { [SQL]: 1 } })],
    ['the partitioning', () => tableWith({ partitionBy: SQL })],
    ['the key of partitions', () => tableWith({ partitionBy: { range: [SQL] } })],
    ['onCommit', () => tableWith({ onCommit: SQL })],
    ['the prefix of CREATE TABLE', () => tableWith({ prefixes: [SQL] })],
    ['the method of a table', () => tableWith({ using: SQL })],
    ['a parameter of a table', () => tableWith({ with: { [SQL]: 1 } })],
  ])('%s', (_, make) => {
    const compile = (): unknown => postgresArrays.compile(make() as Executable)
    expect(compile).toThrow(SQLAlchemyError)
    // For what it is, and not because this test asks for something that there is not.
    expect(compile).not.toThrow(/has no option '(?!x; DROP)|belongs to no table|cannot be empty/)
  })
})

describe('what is a name is quoted', () => {
  const c = select(u.c.id).cte(SQL)
  test.each<[string, () => unknown]>([
    ['a collation', () => select(u.c.name.collate(SQL))],
    ['a label', () => select(u.c.id.label(SQL))],
    ['an alias', () => select(u.alias(SQL).c.id)],
    ['a CTE', () => select(c.c.id)],
    ['a function', () => select((func as unknown as Record<string, (n: number) => never>)[SQL]?.(1) as never)],
    ['a tablespace', () => tableWith({ tablespace: SQL })],
    ['a constraint', () => insert(u).values({ id: 1, name: 'x' }).onConflictDoNothing({ constraint: SQL })],
  ])('%s', (_, make) => {
    const { sql } = postgresArrays.compile(make() as Executable).statement
    expect(sql).toContain(`"${SQL}`)
    expect(sql.replaceAll(new RegExp(`"${SQL}(?:_1)?"`, 'g'), 'quoted')).not.toContain('DROP')
  })
})
