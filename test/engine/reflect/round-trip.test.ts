// Whatever schema createAll() makes, reflection gives it back, and what it gives makes the same database elsewhere.
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Dialect } from '../../../src/dialect/dialect.ts'
import {
  BIT,
  CIDR,
  Composite,
  DATERANGE,
  Domain,
  INET,
  INT4RANGE,
  JSONB,
  MACADDR,
  RangeOf,
  TSTZMULTIRANGE,
  TSVECTOR,
  VARBIT,
  XML,
} from '../../../src/dialect/postgresql/index.ts'
import type { ColumnStorage } from '../../../src/expression/schema/storage.ts'
import type { SqlType } from '../../../src/expression/types/type.ts'
import {
  ARRAY,
  BigInteger,
  Boolean,
  CheckConstraint,
  Column,
  CreateSchema,
  Date,
  DateTime,
  Double,
  Enum,
  ForeignKeyConstraint,
  Index,
  Integer,
  Interval,
  JSON,
  LargeBinary,
  MetaData,
  Numeric,
  SmallInteger,
  String,
  type Table,
  Text,
  Time,
  table,
  text,
  UniqueConstraint,
  Uuid,
} from '../../../src/index.ts'
import { databases } from '../../support/server.ts'
import { catalogOf, type Pair, twoDatabases } from './support.ts'

const MOOD = Enum('sad', "it's ok", '"quoted"', { name: 'Mood of day', comment: "of the 'day'" })
const AGE = Domain('Age', Integer, { check: 'VALUE >= 0', constraintName: 'Age_check', notNull: false })
const CODE = Domain('code', Text, {
  checks: { short: 'length(VALUE) < 9', 'is "lower"': 'VALUE = lower(VALUE)' },
  collation: 'C',
  default: "'x'",
  comment: 'two conditions',
})
const FLOATS = RangeOf('Float range', Double, { subtypeDiff: 'float8mi', comment: 'of numbers' })
const TEXTS = RangeOf('texts', Text, { collation: 'C', operatorClass: 'text_pattern_ops', multirange: 'many "texts"' })
const PLACE = Composite(
  'place',
  { 'Street name': String(20), zip: ARRAY(Integer), felt: MOOD, code: CODE, span: FLOATS },
  { comment: 'where' },
)

const TYPES: readonly SqlType[] = [
  Integer,
  SmallInteger,
  BigInteger,
  Numeric,
  Numeric(12, 3),
  Numeric(3, -2),
  Double,
  Boolean,
  String,
  String(17),
  String(5, { collation: 'C' }),
  Text,
  LargeBinary,
  Date,
  Time,
  Time({ timezone: true, precision: 2 }),
  DateTime,
  DateTime({ precision: 0 }),
  DateTime({ timezone: true }),
  Interval,
  Interval({ fields: 'YEAR TO MONTH' }),
  Interval({ precision: 3 }),
  JSON(),
  JSONB(),
  Uuid,
  INET,
  CIDR,
  MACADDR,
  XML,
  BIT(5),
  VARBIT,
  VARBIT(9),
  TSVECTOR,
  INT4RANGE,
  DATERANGE,
  TSTZMULTIRANGE,
  MOOD,
  AGE,
  PLACE,
  CODE,
  FLOATS,
  FLOATS.multirange,
  TEXTS,
  TEXTS.multirange,
  ARRAY(Integer),
  ARRAY(String(3)),
  ARRAY(MOOD, { dimensions: 2 }),
  ARRAY(PLACE),
  ARRAY(AGE),
  ARRAY(FLOATS.multirange),
] as readonly SqlType[]

/** Types that indexes and keys can be over. */
const isOrdered = (type: SqlType): boolean =>
  ['string', 'integer', 'numeric', 'float', 'boolean', 'date', 'datetime', 'uuid', 'interval'].includes(type.affinity)

const name = fc.oneof(
  fc.constantFrom(
    'a',
    'select',
    'Order',
    'user',
    'with space',
    'dot.ted',
    'qu"ote',
    "it's",
    '__proto__',
    'constructor',
    'ünï',
    '%s',
    ':x',
  ),
  fc.stringMatching(/^[a-z][a-z0-9_]{0,8}$/),
  // So long that the server has to cut the names that it makes of it.
  fc.constantFrom('x'.repeat(63), 'é'.repeat(31)),
)

interface ColumnPlan {
  readonly name: string
  readonly type: SqlType
  readonly nullable: boolean
  readonly comment: string | null
  readonly default: boolean
  readonly storage: ColumnStorage | null
  readonly compression: 'pglz' | null
}

const column: fc.Arbitrary<ColumnPlan> = fc.record({
  name,
  type: fc.constantFrom(...TYPES),
  nullable: fc.boolean(),
  comment: fc.option(fc.constantFrom('a comment', "with 'quotes'", 'back\\slash', 'ünï\nline')),
  default: fc.boolean(),
  storage: fc.option(fc.constantFrom<ColumnStorage[]>('PLAIN', 'EXTERNAL', 'EXTENDED', 'MAIN')),
  compression: fc.option(fc.constant('pglz' as const)),
})

const tablePlan = fc.record({
  name,
  columns: fc.uniqueArray(column, { minLength: 1, maxLength: 7, selector: (each) => each.name }),
  key: fc.constantFrom('serial', 'bigserial', 'identity', 'always', 'plain', 'pair', 'none'),
  unique: fc.boolean(),
  check: fc.boolean(),
  index: fc.constantFrom('none', 'plain', 'desc', 'partial', 'expression'),
  comment: fc.option(fc.constantFrom("what's this", 'a table')),
  refersTo: fc.option(fc.nat({ max: 3 })),
  action: fc.constantFrom('CASCADE' as const, 'SET NULL' as const, 'RESTRICT' as const, 'NO ACTION' as const),
  deferrable: fc.boolean(),
})
type TablePlan = typeof tablePlan extends fc.Arbitrary<infer T> ? T : never

const SCHEMA = 'my.schema "x"'

const schemaPlan = fc.uniqueArray(tablePlan, { minLength: 1, maxLength: 4, selector: (each) => each.name })

const KEYS: Readonly<Record<string, readonly (readonly [string, unknown])[]>> = {
  serial: [['the id', Column(Integer, { primaryKey: true })]],
  bigserial: [['the id', Column(BigInteger, { primaryKey: true })]],
  identity: [['the id', Column(Integer, { primaryKey: true, identity: { start: 7, increment: 3, cycle: true } })]],
  always: [
    [
      'the id',
      Column(BigInteger, { primaryKey: true, identity: { always: true, minValue: -5, maxValue: 99, cache: 4 } }),
    ],
  ],
  plain: [['the id', Column(Integer, { primaryKey: true, autoincrement: false })]],
  pair: [
    ['the id', Column(Integer, { primaryKey: true })],
    ['other id', Column(Uuid, { primaryKey: true, serverDefault: text('gen_random_uuid()') })],
  ],
  none: [],
}

function columnsOf(plan: TablePlan): [string, unknown][] {
  const own = plan.columns.map((each): [string, unknown] => [
    each.name,
    Column(
      each.type as SqlType<unknown>,
      {
        ...(each.nullable ? { nullable: true } : {}),
        ...(each.comment === null ? {} : { comment: each.comment }),
        ...(each.default && each.type.affinity === 'string' && each.type !== (MOOD as SqlType)
          ? { serverDefault: "it's 100% :x" }
          : {}),
        // Texts only: fixed widths are PLAIN, what is no text may have other ways.
        ...(each.type.kind === 'text' && each.storage !== null ? { storage: each.storage } : {}),
        ...(each.type.kind === 'text' && each.compression !== null ? { compression: each.compression } : {}),
      } as never,
    ),
  ])
  return [...(KEYS[plan.key] ?? []).map(([key, definition]): [string, unknown] => [key, definition]), ...own]
}

function metadataOf(plans: readonly TablePlan[], schema: string | null): MetaData {
  const metadata = new MetaData(schema === null ? {} : { schema })
  const made: { readonly plan: TablePlan; readonly table: Table }[] = []
  for (const [place, plan] of plans.entries()) {
    const target = plan.refersTo === null ? undefined : made[plan.refersTo]
    const isReferable = target !== undefined && !['none', 'pair'].includes(target.plan.key)
    const columns = columnsOf(plan)
    if (columns.length === 0) columns.push(['only', Column(Integer)])
    if (isReferable) {
      const type = target.plan.key === 'bigserial' || target.plan.key === 'always' ? BigInteger : Integer
      columns.push(['the parent', Column(type as SqlType, { nullable: true } as never)])
    }
    const ordered = plan.columns.filter((each) => isOrdered(each.type) && columns.some(([key]) => key === each.name))
    const [first] = ordered
    const definitions: Record<string, never> = {}
    for (const [key, definition] of columns)
      Object.defineProperty(definitions, key, { value: definition, enumerable: true })
    const each = table(plan.name, metadata, definitions, {
      ...(plan.comment === null ? {} : { comment: plan.comment }),
      constraints: (c: Readonly<Record<string, never>>) => [
        ...(plan.unique && first !== undefined
          ? [
              new UniqueConstraint([first.name], {
                name: `u"q.${place}`,
                ...(plan.deferrable ? { deferrable: true, initially: 'DEFERRED' as const } : {}),
              }),
            ]
          : []),
        ...(plan.check
          ? [new CheckConstraint("1 < 2 AND ':x' <> '%s'", { name: `ck ${place}`, comment: 'a "check"' })]
          : []),
        ...(isReferable
          ? [
              new ForeignKeyConstraint(['the parent'], [() => target.table.column('the id')], {
                name: `fk ${place}`,
                ...(plan.action === 'NO ACTION' ? {} : { onDelete: plan.action, onUpdate: plan.action }),
                ...(plan.deferrable ? { deferrable: true } : {}),
              }),
            ]
          : []),
        ...(plan.index !== 'none' && first !== undefined ? [indexOf(plan, place, c[first.name] as never)] : []),
      ],
    } as never) as unknown as Table
    made.push({ plan, table: each })
  }
  return metadata
}

function indexOf(plan: TablePlan, place: number, column: Table['columnList'][number]): Index {
  const named = `ix.${place} "x"`
  if (plan.index === 'desc') return new Index(named, [column.desc().nullsLast()], { unique: plan.unique })
  if (plan.index === 'partial')
    return new Index(named, [column], { where: column.isNot(null), with: { fillfactor: 60 } })
  if (plan.index === 'expression') return new Index(named, [column.isNot(null), column.desc()])
  return new Index(named, [column])
}

/** What a table is in the eyes of a program, whoever defined it. */
function shapeOf(each: Table, dialect: Dialect): unknown {
  return {
    columns: each.columnList.map((column) => [
      column.name,
      dialect.typeName(column.type),
      column.nullable,
      column.primaryKey,
      column.comment,
      // EXTENDED is how texts are kept anyway.
      column.storage === 'EXTENDED' ? null : column.storage,
      column.compression,
      column.identity,
      column.isAutoincrement,
      column.serverDefault !== null,
    ]),
    key: each.primaryKey.columns.map((column) => column.name),
    comment: each.comment,
    unique: each.constraints.flatMap((item) =>
      item instanceof UniqueConstraint
        ? [[item.name, item.columns.map((column) => column.name), item.deferrable, item.initially]]
        : [],
    ),
    checks: each.constraints.flatMap((item) => (item instanceof CheckConstraint ? [[item.name, item.comment]] : [])),
    foreign: each.foreignKeys.map((key) => [
      key.name,
      key.columns.map((column) => column.name),
      key.referredTable.key,
      key.referredColumns.map((column) => column.name),
      key.options.onDelete,
      key.options.onUpdate,
      key.deferrable,
    ]),
    indexes: each.indexes.map((index) => [index.name, index.unique, index.expressions.length, index.where !== null]),
  }
}

describe.each(databases())('$name', (target) => {
  let pair: Pair
  beforeAll(async () => {
    pair = await twoDatabases(target)
  })
  afterAll(() => pair.close())

  test('createAll, reflect, createAll elsewhere', { timeout: 120_000 }, async () => {
    await pair.one.ready()
    for (const engine of [pair.one, pair.other]) await engine.execute(new CreateSchema(SCHEMA))
    await fc.assert(
      fc.asyncProperty(schemaPlan, fc.constantFrom(null, SCHEMA), async (plans, schema) => {
        const original = metadataOf(plans, schema)
        const reflected = new MetaData()
        try {
          await original.createAll(pair.one)
          await reflected.reflect(pair.one, { schema })
          const shapes = (metadata: MetaData): unknown =>
            Object.fromEntries(
              [...metadata.tables].sort().map(([key, each]) => [`key ${key}`, shapeOf(each, pair.one.dialect)]),
            )
          expect(shapes(reflected)).toEqual(shapes(original))
          await reflected.createAll(pair.other)
          expect(await catalogOf(pair.other, schema)).toEqual(await catalogOf(pair.one, schema))
        } finally {
          await reflected.dropAll(pair.other)
          await original.dropAll(pair.one)
        }
      }),
      { numRuns: 60 },
    )
  })
})
