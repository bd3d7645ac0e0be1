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
  CreateType,
  CreateView,
  DateTime,
  DropTable,
  type Element,
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
import {
  Composite,
  CreateExtension,
  Domain,
  ExcludeConstraint,
  postgresqlDialect,
  RangeOf,
  insert as upsert,
} from 'tsalchemy/postgresql'
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
    [
      'the name of a schema',
      () => `${select(fresh({ schema: 5 as never }))}`,
      "Table 't': schema is a text that is not empty",
    ],
  ])('%s', (_title, wrong, message) => {
    expect(wrong).toThrow(SQLAlchemyError)
    expect(wrong).toThrow(message)
  })
})

describe('any value at any option is taken or refused, and never fails within', () => {
  const BAD: readonly unknown[] = [
    null,
    'x',
    '',
    'a\0b',
    5,
    -1,
    Number.NaN,
    true,
    {},
    [],
    [null],
    [{}],
    () => 1,
    Symbol('s'),
    new Date(0),
    Promise.resolve(1),
    Object.create(null),
  ]
  const dialect = postgresqlDialect()
  const spelled = (options: Options, constraints: readonly unknown[] = []): string => {
    const metadata = new MetaData()
    table('c', metadata, { x: Column(Integer, { primaryKey: true }) })
    const made = table('t', metadata, { a: Column(Integer) }, { constraints, ...options } as never)
    const indexes = [...made.indexes].map((index) => dialect.compile(new CreateIndex(index)).sql)
    return [dialect.compile(new CreateTable(made)).sql, ...indexes].join('; ')
  }
  const sql = (element: Element): string => dialect.compile(element).sql
  const PLACES: readonly (readonly [place: string, keys: string, make: (options: Options) => string])[] = [
    [
      'Column()',
      'name primaryKey nullable unique index comment default onUpdate serverDefault serverOnUpdate identity computed check foreignKey autoincrement sortOrder',
      (o) => sql(new CreateTable(table('t', new MetaData(), { a: Column(Integer, o) as never }))),
    ],
    [
      'table()',
      'schema constraints comment partitionBy prefixes tablespace with onCommit inherits using',
      (o) => spelled(o),
    ],
    [
      'Index',
      'unique where using include operatorClasses with nullsNotDistinct tablespace comment ddlIf',
      (o) => spelled({}, [new Index('i', ['a'], o)]),
    ],
    ['UniqueConstraint', 'name deferrable initially include', (o) => spelled({}, [new UniqueConstraint(['a'], o)])],
    ['CheckConstraint', 'name notValid noInherit', (o) => spelled({}, [new CheckConstraint('a > 1', o)])],
    [
      'ForeignKeyConstraint',
      'name onDelete onUpdate deferrable initially match onDeleteColumns useAlter notValid',
      (o) => spelled({}, [new ForeignKeyConstraint(['a'], ['c.x'], o)]),
    ],
    [
      'ExcludeConstraint',
      'name using where deferrable initially operatorClasses include',
      (o) => spelled({}, [new ExcludeConstraint([['a', '=']], o)]),
    ],
    [
      'Sequence',
      'start increment minValue maxValue cycle cache schema dataType metadata',
      (o) => sql(new CreateSequence(new Sequence('s', o))),
    ],
    [
      'view()',
      'schema comment checkOption temporary with',
      (o) => sql(new CreateView(view('v', new MetaData(), query, o))),
    ],
    [
      'materializedView()',
      'schema comment with tablespace using indexes',
      (o) => sql(new CreateView(materializedView('v', new MetaData(), query, o))),
    ],
    ['CreateTableAs', 'schema temporary with', (o) => sql(new CreateTableAs('x', query, o))],
    ['.over()', 'partitionBy orderBy rows range groups exclude', (o) => sql(select(func.count().over(o)))],
    ['withForUpdate()', 'of nowait skipLocked read keyShare', (o) => sql(query.withForUpdate(o))],
    ['.op()', 'precedence returnType', (o) => sql(select(u.id.op('+', o)(5)))],
    [
      'onConflictDoUpdate()',
      'indexElements constraint indexWhere where set',
      (o) =>
        sql(
          upsert(users)
            .values({ name: 'x' })
            .onConflictDoUpdate({ indexElements: ['id'], set: { name: 'x' }, ...o }),
        ),
    ],
    [
      'Domain()',
      'check checks default notNull schema collation constraintName',
      (o) => sql(new CreateType(Domain('x', Integer, o))),
    ],
  ]
  test.each(PLACES.flatMap(([place, keys, make]) => keys.split(' ').map((key) => [place, key, make] as const)))(
    '%s: %s',
    (_place, key, make) => {
      for (const value of BAD) {
        let made = ''
        try {
          made = make({ [key]: value } as never)
        } catch (error) {
          expect(error).toBeInstanceOf(SQLAlchemyError)
        }
        expect(made.replace('OVER ()', '')).not.toMatch(/\[object|undefined|Symbol|\(\)|CREATE null|WHERE $/)
      }
    },
  )

  test('lists, words and names', () => {
    const wrong = (value: unknown) => value as never
    expect(() =>
      upsert(users)
        .values({ name: 'x' })
        .onConflictDoNothing({ indexElements: wrong('id') }),
    ).toThrow("onConflictDoNothing(): indexElements is a list of columns: ['id']; got 'id'")
    expect(() => spelled({ prefixes: wrong([null]) })).toThrow('null is no prefix of CREATE TABLE')
    expect(() => spelled({ schema: wrong(5) })).toThrow(
      "Table 't': schema is a text that is not empty, or null for none",
    )
    expect(() => new Sequence('s', { metadata: wrong('x') })).toThrow('Sequence s: metadata is a MetaData')
    expect(() => u.id.op('+', { returnType: wrong('int') })).toThrow('.op(): returnType is a SQL type')
    expect(() => spelled({}, [new CheckConstraint('')])).toThrow(SQLAlchemyError)
    expect(spelled({}, [new Index('i', ['a'], { with: {} })])).toContain('CREATE INDEX i ON t (a)')
    expect(spelled({}, [new Index('i', ['a'], { with: {} })])).not.toContain('WITH')
  })
})
