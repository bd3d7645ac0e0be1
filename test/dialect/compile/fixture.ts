// The tables of the reference list, and statements as SQLAlchemy's tests show them: lists written out, space collapsed.
import { ARRAY, Boolean, Column, type Element, Integer, MetaData, String, table } from 'tsalchemy'
import { JSONB } from 'tsalchemy/postgresql'
import { expandLists } from '../../../src/dialect/compile/expanding.ts'
import type { Spelling } from '../../../src/dialect/compile/spelling.ts'
import { defaultDialect } from '../../../src/dialect/default.ts'
import type { Dialect } from '../../../src/dialect/dialect.ts'
import { postgresqlDialect } from '../../../src/dialect/postgresql/dialect.ts'
import { Bind } from '../../../src/expression/element/bind.ts'

export const metadata = new MetaData()
export const users = table('users', metadata, {
  id: Column(Integer, { primaryKey: true }),
  name: Column(String(50)),
  age: Column(Integer),
  active: Column(Boolean),
})
export const addresses = table('addresses', metadata, {
  id: Column(Integer, { primaryKey: true }),
  user_id: Column(Integer, { foreignKey: 'users.id' }),
  email: Column(String),
})
export const nodes = table('nodes', metadata, {
  id: Column(Integer, { primaryKey: true }),
  parent_id: Column(Integer, { foreignKey: 'nodes.id', nullable: true }),
})
export const docs = table('docs', metadata, {
  id: Column(Integer, { primaryKey: true }),
  j: Column(JSONB()),
  tags: Column(ARRAY(String)),
})

export const postgresArrays: Dialect = postgresqlDialect()
export const postgresExpanded: Dialect = postgresqlDialect({ inLists: 'expand' })

/** A statement in a dialect. */
export interface Shown {
  readonly sql: string
  /** Names of the parameters in order of position. */
  readonly names: readonly string[]
}

/** Compiles, writes lists out, and shows the text as it is. */
export function compiled(element: Element, dialect: Dialect): Shown {
  const result = dialect.compile(element)
  if (result.holes.length === 0) return { sql: result.sql, names: result.parameters.map(({ key }) => key) }
  const values = result.parameters.map(({ bind }) => (bind instanceof Bind ? bind.effectiveValue() : null))
  const expanded = expandLists(result, dialect as Dialect & Spelling, values)
  return { sql: expanded.sql, names: expanded.names }
}

/** The same with newlines and tabs and the space around them as one space. */
export function collapsed({ sql, names }: Shown): Shown {
  return { sql: sql.replace(/\s+/g, ' ').trim(), names }
}

/** In PostgreSQL's spelling with lists written out, collapsed. */
export const pg = (element: Element): Shown => collapsed(compiled(element, postgresExpanded))
/** In PostgreSQL's spelling as it is sent, collapsed. */
export const pgArrays = (element: Element): Shown => collapsed(compiled(element, postgresArrays))
/** In the default spelling, collapsed. */
export const standard = (element: Element): string => collapsed(compiled(element, defaultDialect)).sql
