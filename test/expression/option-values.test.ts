// Options with values of another sort are refused: what is truthy is not true, and a number is no name.
import {
  ARRAY,
  ArgumentError,
  bindparam,
  CheckConstraint,
  Column,
  CreateIndex,
  CreateSchema,
  CreateSequence,
  CreateTable,
  CreateTableAs,
  CreateView,
  DateTime,
  DropTable,
  Enum,
  ForeignKeyConstraint,
  func,
  Index,
  Integer,
  insert,
  JSON,
  MetaData,
  materializedView,
  PrimaryKeyConstraint,
  RefreshMaterializedView,
  Sequence,
  SQLAlchemyError,
  String,
  select,
  table,
  tablesample,
  text,
  UniqueConstraint,
  union,
  update,
  values,
  view,
} from 'tsalchemy'
import { Composite, CreateExtension, Domain, ExcludeConstraint, RangeOf } from 'tsalchemy/postgresql'
import { describe, expect, test } from 'vitest'
import { u, users } from './tables.ts'

type Options = Readonly<Record<string, never>>
/** Where options go, which of them are true or false, which are texts, and what takes them. */
type Row = [place: string, flags: string, texts: string, make: (options: Options) => unknown]

const query = select(u.id)
const fresh = (options: Options = {}): never => table('t', new MetaData(), { id: Column(Integer) }, options) as never
const indexed = table('t', new MetaData(), { id: Column(Integer) }, { constraints: [new Index('i', ['id'])] })
const viewed = view('v', new MetaData(), query)
const kept = materializedView('v', new MetaData(), query)

const ROWS: Row[] = [
  ['cte()', 'recursive materialized nesting', '', (o) => query.cte('c', o)],
  ['cte()', 'recursive materialized nesting', '', (o) => union(query, query).cte('c', o)],
  ['cte()', 'recursive materialized nesting', '', (o) => text('SELECT 1 AS a').columns({ a: Integer }).cte('c', o)],
  ['cte()', 'materialized nesting', '', (o) => update(users).returning(u.id).cte('c', o)],
  ['withForUpdate()', 'nowait skipLocked read keyShare', '', (o) => query.withForUpdate(o)],
  ['join()', 'isOuter isFull', '', (o) => query.join(users.alias(), u.id.eq(1), o)],
  ['outerjoin()', 'isFull', '', (o) => query.outerjoin(users.alias(), u.id.eq(1), o)],
  ['join()', 'isOuter isFull', '', (o) => users.join(users.alias(), u.id.eq(1), o)],
  ['fetch()', 'withTies percent', '', (o) => query.fetch(1, o)],
  ['prefixWith()', '', 'dialect', (o) => query.prefixWith(text('x'), o)],
  ['prefixWith()', '', 'dialect', (o) => update(users).prefixWith(text('x'), o)],
  ['fromSelect()', 'includeDefaults', '', (o) => insert(users).fromSelect(['id'], query, o)],
  ['executionOptions()', 'sortByParameterOrder populateExisting autoflush', '', (o) => query.executionOptions(o)],
  ['.between()', 'symmetric', '', (o) => u.id.between(1, 2, o)],
  ['.notBetween()', 'symmetric', '', (o) => u.id.notBetween(1, 2, o)],
  ["bindparam('x')", 'required expanding literalExecute unique', '', (o) => bindparam('x', o)],
  ['values()', 'literalBinds', 'name', (o) => values({ a: Integer }, o)],
  ['renderDerived()', 'withTypes', 'name', (o) => func.generateSeries(1, 2).tableValued('x').renderDerived(o)],
  ['tableValued()', '', 'name withOrdinality', (o) => func.generateSeries(1, 2).tableValued('x', o as { name: never })],
  ['tablesample()', '', 'name', (o) => tablesample(users, 5, o)],
  ['ARRAY()', 'zeroIndexes', '', (o) => ARRAY(Integer, o)],
  ['JSON()', 'noneAsNull', '', (o) => JSON(o)],
  ['String()', '', 'collation', (o) => String(5, o)],
  ['DateTime()', 'timezone', '', (o) => DateTime(o)],
  ['Enum()', 'native createConstraint createType', 'comment', (o) => Enum('a', 'b', o as { name: never })],
  ['Domain()', 'notNull createType', 'schema constraintName collation comment', (o) => Domain('d', Integer, o)],
  ['Composite()', 'createType', 'schema comment', (o) => Composite('c', { a: Integer }, o)],
  ['RangeOf()', 'createType', 'schema subtypeDiff operatorClass collation comment', (o) => RangeOf('r', Integer, o)],
  ['Column()', 'primaryKey nullable unique index', 'comment', (o) => Column(Integer, o)],
  ['table()', 'implicitReturning', 'comment', fresh],
  ['view()', 'temporary', 'comment', (o) => view('v', new MetaData(), query, o)],
  ['materializedView()', 'withData', 'comment tablespace', (o) => materializedView('v', new MetaData(), query, o)],
  ['PrimaryKeyConstraint', 'deferrable withoutOverlaps', 'name comment', (o) => new PrimaryKeyConstraint(['id'], o)],
  ['UniqueConstraint', 'deferrable nullsNotDistinct', 'name comment', (o) => new UniqueConstraint(['id'], o)],
  ['CheckConstraint', 'noInherit notValid notEnforced', 'name comment', (o) => new CheckConstraint('true', o)],
  ['ExcludeConstraint', 'deferrable', 'comment', (o) => new ExcludeConstraint([['id', '=']], o)],
  [
    'ForeignKeyConstraint',
    'deferrable useAlter notValid notEnforced period',
    'comment',
    (o) => new ForeignKeyConstraint(['id'], ['t.id'], o),
  ],
  ['Index', 'unique nullsNotDistinct', 'tablespace comment', (o) => new Index('i', ['id'], o)],
  ['Sequence s', 'cycle', '', (o) => new Sequence('s', o)],
  ['CreateTable', 'ifNotExists', '', (o) => new CreateTable(fresh(), o)],
  ['DropTable', 'ifExists cascade', '', (o) => new DropTable(fresh(), o)],
  ['CreateView', 'ifNotExists orReplace', '', (o) => new CreateView(viewed, o)],
  ['RefreshMaterializedView', 'concurrently withData', '', (o) => new RefreshMaterializedView(kept, o)],
  ['CreateTableAs', 'ifNotExists temporary unlogged withData', 'tablespace', (o) => new CreateTableAs('t', query, o)],
  ['CreateIndex', 'ifNotExists concurrently', '', (o) => new CreateIndex(indexed.indexes[0] as Index, o)],
  ['CreateSchema', 'ifNotExists', 'authorization', (o) => new CreateSchema('s', o)],
  ['CreateSequence', 'ifNotExists', '', (o) => new CreateSequence(new Sequence('s'), o)],
  ['CreateExtension', 'ifNotExists cascade', 'schema version', (o) => new CreateExtension('x', o)],
]

/** What the message says that the option must be. */
const sortOf = (flag: string): string => (flag === 'materialized' ? 'true, false or null' : 'true or false')

const cases = ROWS.flatMap(([place, flags, texts, make]) => [
  ...flags.split(' ').map((name) => [place, name, sortOf(name), ['no', 1, 0, {}, []], make] as const),
  ...texts.split(' ').map((name) => [place, name, 'a string', [5, true, {}, ['a']], make] as const),
]).filter(([, name]) => name !== '')

test.each(cases)('%s: %s must be %s', (place, name, sort, wrong, make) => {
  for (const value of wrong) {
    const option = { [name]: value } as Options
    expect(() => make(option)).toThrow(ArgumentError)
    expect(() => make(option)).toThrow(`: ${name} must be ${sort}`)
    expect(() => make(option)).toThrow(place)
  }
  // What is given as undefined is not given.
  expect(() => make({ [name]: undefined } as never)).not.toThrow()
})

describe('values of other sorts', () => {
  test('materialized can be null', () => {
    expect(`${select(query.cte('c', { materialized: null }))}`).toContain('WITH c AS')
  })
  test('what the message shows of them', () => {
    expect(() => query.withForUpdate({ nowait: 'no' as never })).toThrow(
      /^withForUpdate\(\): nowait must be true or false, got 'no'$/,
    )
    expect(() => query.withForUpdate({ noWait: true } as never)).toThrow("did you mean 'nowait'?")
  })
  test.each([
    ['a precedence', () => u.id.op('+', { precedence: 'x' as never }), 'a number as precedence'],
    ['a precedence of a comparison', () => u.id.boolOp('+', { precedence: Number.NaN }), 'a number as precedence'],
    ['autoincrement', () => Column(Integer, { autoincrement: 'no' as never }), "true, false or 'auto'"],
    ['an access method', () => new Index('i', ['id'], { using: ['gin'] as never }), 'names an access method'],
    ['the length of an Enum', () => Enum('a', { name: 'e', length: 'x' as never }), 'whole number'],
    ['the check of a Domain', () => Domain('d', Integer, { check: 5 as never }), 'check is SQL as a string'],
    ['the name of a schema', () => `${select(fresh({ schema: 5 as never }))}`, 'A name in SQL is a string, not 5'],
  ])('%s', (_title, wrong, message) => {
    expect(wrong).toThrow(SQLAlchemyError)
    expect(wrong).toThrow(message)
  })
})
