// Every kind of node, as the standard and as PostgreSQL spell it, in full.
import {
  ARRAY,
  and,
  bindparam,
  Column,
  CreateType,
  caseWhen,
  cast,
  DDL,
  DropType,
  deleteFrom,
  type Element,
  Enum,
  exists,
  extract,
  func,
  Integer,
  literal,
  MetaData,
  materializedView,
  merge,
  not,
  SetTypeComment,
  String,
  select,
  sqlFalse,
  sqlNull,
  sqlTrue,
  Text,
  table,
  tablesample,
  text,
  tryCast,
  tuple,
  typeCoerce,
  union,
  update,
  values,
} from 'tsalchemy'
import { array, insert } from 'tsalchemy/postgresql'
import { describe, expect, test } from 'vitest'
import { ansi } from '../../../src/dialect/compile/ansi.ts'
import { defaultDialect } from '../../../src/dialect/default.ts'
import { postgres } from '../../../src/dialect/postgresql/renderers.ts'
import { Affix, Hint } from '../../../src/expression/element/affix.ts'
import { Bind } from '../../../src/expression/element/bind.ts'
import { Grouping } from '../../../src/expression/element/grouping.ts'
import { LabelReference } from '../../../src/expression/element/label-reference.ts'
import { ClauseList } from '../../../src/expression/element/list.ts'
import { AnonymousName } from '../../../src/expression/element/name.ts'
import { Over } from '../../../src/expression/element/window.ts'
import { Join } from '../../../src/expression/from/join.ts'
import { RowArrays } from '../../../src/expression/from/row-arrays.ts'
import { UniqueConstraint } from '../../../src/expression/schema/constraint.ts'
import {
  CreateExtension,
  CreateSchema,
  CreateSequence,
  DropExtension,
  DropSchema,
  DropSequence,
} from '../../../src/expression/schema/ddl/object.ts'
import {
  AddConstraint,
  CreateIndex,
  CreateTable,
  DropConstraint,
  DropIndex,
  DropTable,
  SetColumnComment,
  SetColumnStorage,
  SetConstraintComment,
  SetIndexComment,
  SetTableComment,
} from '../../../src/expression/schema/ddl/table.ts'
import {
  CreateTableAs,
  CreateView,
  DropView,
  RefreshMaterializedView,
  SetViewComment,
} from '../../../src/expression/schema/ddl/view.ts'
import { Sequence } from '../../../src/expression/schema/sequence.ts'
import { Index } from '../../../src/expression/schema/table-index.ts'
import { EntityElement } from '../../../src/expression/select/entity.ts'
import { addresses, compiled, postgresArrays, users } from './fixture.ts'

const u = users.c
const a = addresses.c

const things = table(
  'things',
  new MetaData(),
  { id: Column(Integer, { primaryKey: true }), name: Column(String, { comment: "it's" }) },
  {
    schema: 'S',
    comment: 'all things',
    constraints: (c) => [
      new UniqueConstraint(['name'], { name: 'uq_name' }),
      new Index('ix_name', [func.lower(c.name)], { where: c.id.gt(5), using: 'btree' }),
    ],
  },
)
const shown = materializedView('shown', new MetaData(), select(things.c.id))
const [unique] = things.constraints
const [index] = things.indexes
const numbers = new Sequence('numbers', { schema: 'S', start: 5, increment: 2, cycle: true })

class UserEntity extends EntityElement {
  readonly id = 1
  readonly plugin = { prepare: (statement: Element) => ({ statement, plan: null }) }
  readonly from = users
  readonly columns = users.columnList
  readonly entityName = 'User'
}

interface Spelt {
  readonly kind: string
  readonly element: Element
  /** In the default dialect. */
  readonly standard: string
  /** In PostgreSQL's, where it is another. */
  readonly postgresql?: string
}

const rows = new RowArrays(
  [
    { name: 'a', type: Integer, bind: new Bind('a', [1], ARRAY(Integer)) },
    { name: 'b', type: String, bind: new Bind('b', ['x'], ARRAY(String)) },
  ],
  true,
  'new_rows',
)
const young = select(u.id).where(u.age.lt(18)).cte('young')

const SPELT: readonly Spelt[] = [
  { kind: 'affix', element: new Affix(text('x'), null), standard: 'x' },
  { kind: 'hint', element: new Hint(users, 'ONLY', null), standard: 'ONLY' },
  {
    kind: 'columnValued',
    element: func.generateSeries(u.id, u.age).columnValued('g'),
    standard: 'g',
  },
  {
    kind: 'tableSample',
    element: tablesample(users, func('bernoulli', u.id), { name: 's' }),
    standard: 'users AS s TABLESAMPLE bernoulli(users.id)',
  },
  {
    kind: 'tableValued',
    element: func('f', u.id).tableValued('a', { name: 'f' }).renderDerived(),
    standard: 'f(users.id) AS f(a)',
  },
  {
    kind: 'values',
    element: values({ a: Integer }, { name: 'v' }).data([[u.id]]),
    standard: '(VALUES (users.id)) AS v (a)',
  },
  {
    kind: 'valuesRows',
    element: values({ a: Integer }).data([[u.id], [u.age]]).rows,
    standard: 'VALUES (users.id), (users.age)',
  },
  { kind: 'tryCast', element: tryCast(u.id, String), standard: 'TRY_CAST(users.id AS VARCHAR)' },
  {
    kind: 'merge',
    element: merge(users, addresses, u.id.eq(addresses.c.user_id)).whenMatched({ delete: true }),
    standard: 'MERGE INTO users USING addresses ON users.id = addresses.user_id WHEN MATCHED THEN DELETE',
  },
  {
    kind: 'textFrom',
    element: select(u.id).selectFrom(text('pg_class AS p')).state.froms[0] as Element,
    standard: 'pg_class AS p',
  },
  { kind: 'alias', element: users.alias('boss'), standard: 'users AS boss' },
  { kind: 'anonymousName', element: new AnonymousName('x'), standard: 'x_1' },
  {
    kind: 'binary',
    element: u.name.like('a%', { escape: '/' }),
    standard: "users.name LIKE :name_1 ESCAPE '/'",
    postgresql: "users.name LIKE $1::VARCHAR ESCAPE '/'",
  },
  { kind: 'bind', element: literal(5), standard: ':param_1', postgresql: '$1::INTEGER' },
  {
    kind: 'booleanList',
    element: and(u.active, u.age.eq(1)),
    standard: 'users.active AND users.age = :age_1',
    postgresql: 'users.active AND users.age = $1::INTEGER',
  },
  {
    kind: 'case',
    element: caseWhen([u.active, 1], { else: 2 }),
    standard: 'CASE WHEN users.active THEN :param_1 ELSE :param_2 END',
    postgresql: 'CASE WHEN users.active THEN $1::INTEGER ELSE $2::INTEGER END',
  },
  { kind: 'cast', element: cast(u.id, String(5)), standard: 'CAST(users.id AS VARCHAR(5))' },
  { kind: 'clauseList', element: new ClauseList([u.id, u.age], Integer), standard: 'users.id, users.age' },
  { kind: 'column', element: u.id, standard: 'users.id' },
  {
    kind: 'compound',
    element: union(select(u.id), select(a.id)).orderBy('id').limit(5),
    standard: 'SELECT users.id \nFROM users UNION SELECT addresses.id \nFROM addresses ORDER BY id\n LIMIT :param_1',
    postgresql:
      'SELECT users.id \nFROM users UNION SELECT addresses.id \nFROM addresses ORDER BY id \n LIMIT $1::INTEGER',
  },
  {
    kind: 'cte',
    element: select(young.c.id),
    standard:
      'WITH young AS \n(SELECT users.id AS id \nFROM users \nWHERE users.age < :age_1)\n SELECT young.id \nFROM young',
    postgresql:
      'WITH young AS \n(SELECT users.id AS id \nFROM users \nWHERE users.age < $1::INTEGER)\n SELECT young.id \nFROM young',
  },
  {
    kind: 'delete',
    element: deleteFrom(users).where(u.id.eq(1)),
    standard: 'DELETE FROM users WHERE users.id = :id_1',
    postgresql: 'DELETE FROM users WHERE users.id = $1::INTEGER',
  },
  {
    kind: 'entity',
    element: select(new UserEntity() as never),
    standard: 'SELECT users.id, users.name, users.age, users.active \nFROM users',
  },
  {
    kind: 'exists',
    element: not(exists(select(a.id))),
    standard: 'NOT (EXISTS (SELECT addresses.id \nFROM addresses))',
  },
  { kind: 'extract', element: extract('year', u.age as never), standard: 'EXTRACT(year FROM users.age)' },
  { kind: 'false', element: sqlFalse(), standard: 'false' },
  {
    kind: 'filter',
    element: func.count(u.id).filter(u.active),
    standard: 'count(users.id) FILTER (WHERE users.active)',
  },
  { kind: 'function', element: func.count(), standard: 'count(*)' },
  { kind: 'grouping', element: new Grouping(u.id), standard: '(users.id)' },
  {
    kind: 'insert',
    element: insert(users).values({ name: 'ed', age: 5, active: true }),
    standard: 'INSERT INTO users (name, age, active) VALUES (:name, :age, :active)',
    postgresql:
      'INSERT INTO users (name, age, active) VALUES ($1::VARCHAR, $2::INTEGER, $3::BOOLEAN) RETURNING users.id',
  },
  {
    kind: 'join',
    element: new Join(
      new Join(users, addresses, u.id.eq(a.user_id), true),
      new Join(users.alias('x'), rows, null),
      sqlTrue(),
    ),
    standard:
      'users LEFT OUTER JOIN addresses ON users.id = addresses.user_id JOIN (users AS x CROSS JOIN unnest(:a, :b) WITH ORDINALITY AS new_rows(a, b, ordinality)) ON true',
    postgresql:
      'users LEFT OUTER JOIN addresses ON users.id = addresses.user_id JOIN (users AS x CROSS JOIN unnest($1::INTEGER[], $2::VARCHAR[]) WITH ORDINALITY AS new_rows(a, b, ordinality)) ON true',
  },
  { kind: 'label', element: select(u.id.label('The Id')), standard: 'SELECT users.id AS "The Id" \nFROM users' },
  {
    kind: 'labelReference',
    element: select(u.id.label('n')).orderBy(new LabelReference('n') as never),
    standard: 'SELECT users.id AS n \nFROM users ORDER BY n',
  },
  {
    kind: 'nestedHere',
    element: select(a.id).where(a.user_id.in(select(young.c.id).addCte(young, { nestHere: true }))),
    standard:
      'SELECT addresses.id \nFROM addresses \nWHERE addresses.user_id IN (WITH young AS \n(SELECT users.id AS id \nFROM users \nWHERE users.age < :age_1)\n SELECT young.id \nFROM young)',
    postgresql:
      'SELECT addresses.id \nFROM addresses \nWHERE addresses.user_id IN (WITH young AS \n(SELECT users.id AS id \nFROM users \nWHERE users.age < $1::INTEGER)\n SELECT young.id \nFROM young)',
  },
  { kind: 'null', element: sqlNull(), standard: 'NULL' },
  {
    kind: 'over',
    element: new Over(func.sum(u.age), [u.name], [u.id.desc()], { unit: 'ROWS', from: -2, to: null, exclude: null }),
    standard:
      'sum(users.age) OVER (PARTITION BY users.name ORDER BY users.id DESC ROWS BETWEEN 2 PRECEDING AND UNBOUNDED FOLLOWING)',
  },
  {
    kind: 'rowArrays',
    element: rows,
    standard: 'unnest(:a, :b) WITH ORDINALITY AS new_rows(a, b, ordinality)',
    postgresql: 'unnest($1::INTEGER[], $2::VARCHAR[]) WITH ORDINALITY AS new_rows(a, b, ordinality)',
  },
  {
    kind: 'scalarSelect',
    element: select(u.id).scalarSubquery(),
    standard: '(SELECT users.id \nFROM users)',
  },
  {
    kind: 'select',
    element: select(u.name, func.count().label('n'))
      .distinct()
      .where(u.active, u.age.gt(1))
      .groupBy(u.name)
      .having(func.count().gt(1))
      .orderBy('n')
      .limit(1)
      .offset(2)
      .withForUpdate(),
    standard:
      'SELECT DISTINCT users.name, count(*) AS n \nFROM users \nWHERE users.active AND users.age > :age_1 GROUP BY users.name \nHAVING count(*) > :count_1 ORDER BY n\n LIMIT :param_1 OFFSET :param_2 FOR UPDATE',
    postgresql:
      'SELECT DISTINCT users.name, count(*) AS n \nFROM users \nWHERE users.active AND users.age > $1::INTEGER GROUP BY users.name \nHAVING count(*) > $2::INTEGER ORDER BY n \n LIMIT $3::INTEGER OFFSET $4::INTEGER FOR UPDATE',
  },
  { kind: 'subquery', element: select(u.id).subquery('s'), standard: '(SELECT users.id AS id \nFROM users) AS s' },
  { kind: 'table', element: things, standard: '"S".things' },
  {
    kind: 'text',
    element: text('SELECT :a + :b').bindparams({ a: 1, b: 2 }),
    standard: 'SELECT :a + :b',
    postgresql: 'SELECT $1::INTEGER + $2::INTEGER',
  },
  { kind: 'true', element: sqlTrue(), standard: 'true' },
  { kind: 'arrayLiteral', element: array([u.id, u.age]), standard: 'ARRAY[users.id, users.age]' },
  { kind: 'tuple', element: tuple(u.id, u.name), standard: '(users.id, users.name)' },
  { kind: 'typeCoerce', element: typeCoerce(u.id, String), standard: 'users.id' },
  { kind: 'unary', element: u.id.negate().negate(), standard: '-(-users.id)' },
  {
    kind: 'update',
    element: update(users)
      .values({ age: 1 })
      .where(u.id.eq(bindparam('b_id', { type: Integer }))),
    standard: 'UPDATE users SET age=:age WHERE users.id = :b_id',
    postgresql: 'UPDATE users SET age=$1::INTEGER WHERE users.id = $2::INTEGER',
  },
  {
    kind: 'withinGroup',
    element: func.percentileCont(0.5).withinGroup(u.age),
    standard: 'percentile_cont(:percentile_cont_1) WITHIN GROUP (ORDER BY users.age)',
    postgresql: 'percentile_cont($1::FLOAT) WITHIN GROUP (ORDER BY users.age)',
  },
  {
    kind: 'addConstraint',
    element: new AddConstraint(unique as UniqueConstraint),
    standard: 'ALTER TABLE "S".things ADD CONSTRAINT uq_name UNIQUE (name)',
  },
  {
    kind: 'createIndex',
    element: new CreateIndex(index as Index),
    standard: 'CREATE INDEX ix_name ON "S".things USING btree (lower(name)) WHERE id > 5',
  },
  {
    kind: 'createSchema',
    element: new CreateSchema('S', { ifNotExists: true }),
    standard: 'CREATE SCHEMA IF NOT EXISTS "S"',
  },
  {
    kind: 'createSequence',
    element: new CreateSequence(numbers),
    standard: 'CREATE SEQUENCE "S".numbers INCREMENT BY 2 START WITH 5 CYCLE',
  },
  {
    kind: 'createTable',
    element: new CreateTable(things),
    standard:
      '\nCREATE TABLE "S".things (\n\tid INTEGER NOT NULL, \n\tname VARCHAR NOT NULL, \n\tPRIMARY KEY (id), \n\tCONSTRAINT uq_name UNIQUE (name)\n)\n\n',
    postgresql:
      '\nCREATE TABLE "S".things (\n\tid SERIAL NOT NULL, \n\tname VARCHAR NOT NULL, \n\tPRIMARY KEY (id), \n\tCONSTRAINT uq_name UNIQUE (name)\n)\n\n',
  },
  {
    kind: 'dropConstraint',
    element: new DropConstraint(unique as UniqueConstraint, { ifExists: true, cascade: true }),
    standard: 'ALTER TABLE "S".things DROP CONSTRAINT IF EXISTS uq_name CASCADE',
  },
  { kind: 'dropIndex', element: new DropIndex(index as Index), standard: 'DROP INDEX "S".ix_name' },
  { kind: 'dropSchema', element: new DropSchema('S', { cascade: true }), standard: 'DROP SCHEMA "S" CASCADE' },
  { kind: 'dropSequence', element: new DropSequence(numbers), standard: 'DROP SEQUENCE "S".numbers' },
  {
    kind: 'dropTable',
    element: new DropTable(things, { ifExists: true }),
    standard: '\nDROP TABLE IF EXISTS "S".things',
  },
  {
    kind: 'createExtension',
    element: new CreateExtension('hstore', { ifNotExists: true }),
    standard: 'CREATE EXTENSION IF NOT EXISTS hstore',
  },
  { kind: 'dropExtension', element: new DropExtension('hstore'), standard: 'DROP EXTENSION hstore' },
  { kind: 'ddlText', element: new DDL("VACUUM 'x'"), standard: "VACUUM 'x'" },
  {
    kind: 'createType',
    element: new CreateType(Enum('a', "b'c", { name: 'My Enum' })),
    standard: `CREATE TYPE "My Enum" AS ENUM ('a', 'b''c')`,
  },
  {
    kind: 'dropType',
    element: new DropType(Enum('a', { name: 'mood' }), { ifExists: true, cascade: true }),
    standard: 'DROP TYPE IF EXISTS mood CASCADE',
  },
  {
    kind: 'setTypeComment',
    element: new SetTypeComment(Enum('a', { name: 'My Enum', comment: "it's" })),
    standard: `COMMENT ON TYPE "My Enum" IS 'it''s'`,
  },
  {
    kind: 'createTableAs',
    element: new CreateTableAs('copy', select(things.c.id).where(things.c.name.eq("it's"))),
    standard: `CREATE TABLE copy AS SELECT "S".things.id \nFROM "S".things \nWHERE "S".things.name = 'it''s'`,
  },
  {
    kind: 'createView',
    element: new CreateView(shown),
    standard: 'CREATE MATERIALIZED VIEW shown AS SELECT "S".things.id \nFROM "S".things',
  },
  { kind: 'dropView', element: new DropView(shown), standard: 'DROP MATERIALIZED VIEW shown' },
  {
    kind: 'refreshView',
    element: new RefreshMaterializedView(shown, { withData: false }),
    standard: 'REFRESH MATERIALIZED VIEW shown WITH NO DATA',
  },
  {
    kind: 'setViewComment',
    element: new SetViewComment(shown, "it's"),
    standard: `COMMENT ON MATERIALIZED VIEW shown IS 'it''s'`,
  },
  {
    kind: 'nextValue',
    element: numbers.nextValue(),
    standard: 'NEXT VALUE FOR "S".numbers',
    postgresql: `nextval('"S".numbers')`,
  },
  {
    kind: 'setColumnComment',
    element: new SetColumnComment(things.c.name),
    standard: `COMMENT ON COLUMN "S".things.name IS 'it''s'`,
  },
  {
    kind: 'setColumnStorage',
    element: new SetColumnStorage(
      table('kept', new MetaData(), {
        'A b': Column(Text, { storage: 'EXTERNAL', compression: 'lz4' }),
        c: Column(Text, { storage: 'MAIN' }),
        d: Column(Text),
      }),
    ),
    standard:
      'ALTER TABLE kept ALTER COLUMN "A b" SET STORAGE EXTERNAL, ALTER COLUMN "A b" SET COMPRESSION lz4, ALTER COLUMN c SET STORAGE MAIN',
  },
  {
    kind: 'setConstraintComment',
    element: new SetConstraintComment(unique as UniqueConstraint, "it's"),
    standard: `COMMENT ON CONSTRAINT uq_name ON "S".things IS 'it''s'`,
  },
  {
    kind: 'setIndexComment',
    element: new SetIndexComment(index as Index, "it's"),
    standard: `COMMENT ON INDEX "S".ix_name IS 'it''s'`,
  },
  {
    kind: 'setTableComment',
    element: new SetTableComment(things, null),
    standard: 'COMMENT ON TABLE "S".things IS NULL',
  },
  {
    kind: 'onConflict',
    element: insert(users).values({ name: 'ed', age: 5, active: true }).onConflictDoNothing(),
    standard: 'INSERT INTO users (name, age, active) VALUES (:name, :age, :active) <onConflict>',
    postgresql:
      'INSERT INTO users (name, age, active) VALUES ($1::VARCHAR, $2::INTEGER, $3::BOOLEAN) ON CONFLICT DO NOTHING RETURNING users.id',
  },
]

describe('every kind of node', () => {
  test('is shown here', () => {
    const clauses = [
      'operators',
      'functions',
      'limit',
      'fetch',
      'fromHint',
      'orderTerm',
      'forUpdate',
      'bareReturning',
      'compoundPart',
      'defaultValue',
      'assigned',
      'deleteUsing',
      'referredTable',
      'cteDefinition',
      'columnDefinition',
      'unnamedForeignKey',
    ]
    const kinds = Object.keys(postgres).filter((key) => !clauses.includes(key))
    expect([...new Set(SPELT.map(({ kind }) => kind))].sort()).toEqual(kinds.sort())
    expect(Object.keys(postgres)).toEqual(expect.arrayContaining(Object.keys(ansi)))
  })

  test.each(SPELT)('$kind', ({ kind, element, standard, postgresql }) => {
    if (kind !== 'tryCast') expect(compiled(element, postgresArrays).sql).toBe(postgresql ?? standard)
    expect(shownAsText(element)).toBe(standard)
    if (kind !== 'onConflict') expect(compiled(element, defaultDialect).sql).toBe(standard)
  })
})

function shownAsText(element: Element): string {
  return `${element}`
}

test('a kind that a dialect does not know is refused', () => {
  const statement = insert(users).values({ name: 'ed', age: 5, active: true }).onConflictDoNothing()
  expect(() => defaultDialect.compile(statement)).toThrow(
    "The dialect 'default' has no spelling for elements of the kind 'onConflict'",
  )
})
