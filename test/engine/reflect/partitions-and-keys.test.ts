// What partitions have of their own, comments on indexes, constraints that are not checked, keys of ranges: there and back.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { INT4RANGE } from '../../../src/dialect/postgresql/index.ts'
import type { Engine } from '../../../src/engine/index.ts'
import {
  CheckConstraint,
  Column,
  ForeignKeyConstraint,
  Index,
  Integer,
  inspect,
  MetaData,
  PrimaryKeyConstraint,
  partition,
  table,
  text,
  UniqueConstraint,
} from '../../../src/index.ts'
import { databases } from '../../support/server.ts'
import { catalogOf, commandsOf, type Pair, twoDatabases } from './support.ts'

const majorOf = async (engine: Engine): Promise<number> =>
  Math.floor(Number(await engine.execute('SHOW server_version_num').scalar()) / 10_000)

function parts(): MetaData {
  const metadata = new MetaData()
  const kinds = table('kinds', metadata, { id: Column(Integer, { primaryKey: true }) })
  const events = table(
    'events',
    metadata,
    { year: Column(Integer), kind: Column(Integer), note: Column(Integer, { nullable: true }) },
    {
      partitionBy: { list: ['year'] },
      constraints: [
        new CheckConstraint('note > 0', { name: 'positive' }),
        new Index('by_kind', ['kind'], { comment: "it's" }),
      ],
    },
  )
  partition('events_2025', events, { in: [2025] })
  partition(
    'events_2026',
    events,
    { in: [2026] },
    {
      constraints: [
        new PrimaryKeyConstraint(['note'], { name: 'own_key' }),
        new UniqueConstraint(['kind', 'note'], { name: 'own_unique' }),
        new CheckConstraint('kind < 100', { name: 'few', comment: 'of its own' }),
        new ForeignKeyConstraint(['kind'], [kinds.c.id], { name: 'known', onDelete: 'CASCADE' }),
        new Index('own_index', [text('note DESC')], { where: text('note > 5'), comment: 'also its own' }),
      ],
    },
  )
  return metadata
}

const PARTS = [
  'CREATE TABLE events (\n\tyear INTEGER NOT NULL, \n\tkind INTEGER NOT NULL, \n\tnote INTEGER, \n\tCONSTRAINT positive CHECK (note > 0)\n)\n PARTITION BY LIST (year)',
  'CREATE INDEX by_kind ON events (kind)',
  "COMMENT ON INDEX by_kind IS 'it''s'",
  'CREATE TABLE kinds (\n\tid SERIAL NOT NULL, \n\tCONSTRAINT kinds_pkey PRIMARY KEY (id)\n)',
  'CREATE TABLE events_2025 PARTITION OF events FOR VALUES IN (2025)',
  'CREATE TABLE events_2026 PARTITION OF events (\n\tCONSTRAINT own_key PRIMARY KEY (note), \n\tCONSTRAINT known FOREIGN KEY(kind) REFERENCES kinds (id) ON DELETE CASCADE, \n\tCONSTRAINT own_unique UNIQUE (kind, note), \n\tCONSTRAINT few CHECK (kind < 100)\n) FOR VALUES IN (2026)',
  'CREATE INDEX own_index ON events_2026 (note DESC) WHERE note > 5',
  "COMMENT ON INDEX own_index IS 'also its own'",
  "COMMENT ON CONSTRAINT few ON events_2026 IS 'of its own'",
]

describe.each(databases())('$name', (target) => {
  let pair: Pair
  let major: number
  beforeAll(async () => {
    pair = await twoDatabases(target)
    major = await majorOf(pair.one)
  })
  afterAll(() => pair.close())

  test('a partition keeps what it has of its own, and nothing twice', async () => {
    await parts().createAll(pair.one)
    const metadata = new MetaData()
    await metadata.reflect(pair.one)
    expect(commandsOf(metadata, pair.one)).toEqual(PARTS)
    await metadata.createAll(pair.other)
    expect(await catalogOf(pair.other)).toEqual(await catalogOf(pair.one))
    const inspector = inspect(pair.one)
    const indexes = await inspector.getIndexes('events_2026')
    expect(indexes.map(({ name, inherited, comment }) => [name, inherited, comment])).toEqual([
      ['events_2026_kind_idx', true, null],
      ['own_index', undefined, 'also its own'],
      ['own_unique', undefined, null],
    ])
    const checks = await inspector.getCheckConstraints('events_2026')
    expect(checks.map(({ name, inherited }) => [name, inherited])).toEqual([
      ['few', undefined],
      ['positive', true],
    ])
    await metadata.dropAll(pair.other)
    await metadata.dropAll(pair.one)
  })

  test('what was not checked is told of; a table that is made of it has no rows that could be wrong', async () => {
    const { one } = pair
    await one.execute('CREATE TABLE aged (a int)')
    await one.execute('INSERT INTO aged VALUES (-1)')
    await one.execute('ALTER TABLE aged ADD CONSTRAINT late CHECK (a > 0) NOT VALID')
    expect(await inspect(one).getCheckConstraints('aged')).toEqual([
      { name: 'late', comment: null, sql: 'a > 0', noInherit: false, notValid: true },
    ])
    const metadata = new MetaData()
    await metadata.reflect(one)
    expect(commandsOf(metadata, one)).toEqual([
      'CREATE TABLE aged (\n\ta INTEGER, \n\tCONSTRAINT late CHECK (a > 0) NOT VALID\n)',
    ])
    await metadata.createAll(pair.other)
    const [late] = await inspect(pair.other).getCheckConstraints('aged')
    expect(late?.notValid).toBe(false)
    await metadata.dropAll(pair.other)
    await metadata.dropAll(one)
  })

  const newer: Readonly<Record<string, () => MetaData>> = {
    'NOT ENFORCED': () => {
      const metadata = new MetaData()
      const wholes = table('wholes', metadata, { id: Column(Integer, { primaryKey: true }) })
      table(
        'told',
        metadata,
        { a: Column(Integer), whole: Column(Integer) },
        {
          constraints: [
            new CheckConstraint('a > 0', { name: 'hoped', notEnforced: true }),
            new ForeignKeyConstraint(['whole'], [wholes.c.id], { name: 'believed', notEnforced: true }),
          ],
        },
      )
      return metadata
    },
    'WITHOUT OVERLAPS': () => {
      const metadata = new MetaData()
      table(
        'rooms',
        metadata,
        { during: Column(INT4RANGE), shown: Column(INT4RANGE) },
        {
          constraints: [
            new PrimaryKeyConstraint(['shown', 'during'], { name: 'rooms_key', withoutOverlaps: true }),
            new UniqueConstraint(['during', 'shown'], { name: 'rooms_shown', withoutOverlaps: true }),
          ],
        },
      )
      table(
        'bookings',
        metadata,
        { seen: Column(INT4RANGE), during: Column(INT4RANGE) },
        {
          constraints: [
            new ForeignKeyConstraint(['seen', 'during'], ['rooms.shown', 'rooms.during'], {
              name: 'booked',
              period: true,
            }),
          ],
        },
      )
      return metadata
    },
  }
  const MADE: Readonly<Record<string, readonly string[]>> = {
    'NOT ENFORCED': [
      'CREATE TABLE wholes (\n\tid SERIAL NOT NULL, \n\tCONSTRAINT wholes_pkey PRIMARY KEY (id)\n)',
      'CREATE TABLE told (\n\ta INTEGER NOT NULL, \n\twhole INTEGER NOT NULL, \n\tCONSTRAINT believed FOREIGN KEY(whole) REFERENCES wholes (id) NOT ENFORCED, \n\tCONSTRAINT hoped CHECK (a > 0) NOT ENFORCED\n)',
    ],
    'WITHOUT OVERLAPS': [
      'CREATE TABLE rooms (\n\tduring INT4RANGE NOT NULL, \n\tshown INT4RANGE NOT NULL, \n\tCONSTRAINT rooms_key PRIMARY KEY (shown, during WITHOUT OVERLAPS), \n\tCONSTRAINT rooms_shown UNIQUE (during, shown WITHOUT OVERLAPS)\n)',
      'CREATE TABLE bookings (\n\tseen INT4RANGE NOT NULL, \n\tduring INT4RANGE NOT NULL, \n\tCONSTRAINT booked FOREIGN KEY(seen, PERIOD during) REFERENCES rooms (shown, PERIOD during)\n)',
    ],
  }

  test.each(Object.keys(newer))('%s', async (name) => {
    const made = newer[name]?.() as MetaData
    const creating = made.createAll(pair.one)
    if (major < 18) {
      await expect(creating).rejects.toThrow(`\nHINT: ${name} needs PostgreSQL 18 or newer`)
      return
    }
    await creating
    const metadata = new MetaData()
    await metadata.reflect(pair.one)
    expect(commandsOf(metadata, pair.one)).toEqual(MADE[name])
    await metadata.createAll(pair.other)
    expect(await catalogOf(pair.other)).toEqual(await catalogOf(pair.one))
    await metadata.dropAll(pair.other)
    await metadata.dropAll(pair.one)
  })
})
