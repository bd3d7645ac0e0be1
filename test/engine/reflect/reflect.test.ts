// Reflection makes tables of what a database has; created elsewhere, they are the same database again.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import '../../../src/index.ts'
import { MetaData } from '../../../src/expression/schema/metadata.ts'
import { databases } from '../../support/server.ts'
import { catalogOf, commandsOf, type Pair, twoDatabases } from './support.ts'

const STATEMENTS = [
  "CREATE TYPE mood AS ENUM ('sad', 'it''s ok')",
  'CREATE DOMAIN positive AS integer DEFAULT 1 CONSTRAINT positive_check CHECK (VALUE > 0)',
  'CREATE TYPE address AS (street varchar(20), zip integer[], felt mood)',
  'CREATE SEQUENCE numbers START 100 INCREMENT BY 5',
  "CREATE TABLE parent (id serial PRIMARY KEY, a int, b int, note text DEFAULT 'it''s', CONSTRAINT uq_parent UNIQUE NULLS NOT DISTINCT (a, b) INCLUDE (note))",
  `CREATE TABLE child (
     id bigint GENERATED ALWAYS AS IDENTITY (START 5 CACHE 10), name varchar(50) DEFAULT 'x' NOT NULL, a int, b int,
     moods mood[], p positive, ad address, n numeric(10,2), at timestamp(3) with time zone DEFAULT now(), span interval day to second(2),
     place point, twice int GENERATED ALWAYS AS (a * 2) STORED, number bigint DEFAULT nextval('numbers'), c text COLLATE "C",
     CONSTRAINT child_pk PRIMARY KEY (id),
     CONSTRAINT child_ck CHECK (a > 0) NO INHERIT,
     CONSTRAINT child_fk FOREIGN KEY (a,b) REFERENCES parent (a,b) MATCH FULL ON UPDATE CASCADE ON DELETE SET NULL (a) DEFERRABLE INITIALLY DEFERRED,
     CONSTRAINT child_ex EXCLUDE USING gist (int4range(a,b) WITH &&) INCLUDE (c) WHERE (a > 1))`,
  'CREATE INDEX child_ix ON child (lower(name) text_pattern_ops DESC NULLS LAST, a DESC, c COLLATE "POSIX") INCLUDE (b) WITH (fillfactor = 70) WHERE a > 5',
  'CREATE UNIQUE INDEX child_un ON child (name varchar_pattern_ops) NULLS NOT DISTINCT',
  "COMMENT ON TABLE child IS 'hello'",
  "COMMENT ON COLUMN child.a IS 'an a'",
  "COMMENT ON CONSTRAINT child_ck ON child IS 'a check'",
  'CREATE TABLE events (at date NOT NULL, k text) PARTITION BY RANGE (at, lower(k))',
  "CREATE TABLE events_1 PARTITION OF events FOR VALUES FROM ('2020-01-01', 'a,(''b') TO ('2021-01-01', MAXVALUE)",
  'CREATE TABLE events_rest PARTITION OF events DEFAULT PARTITION BY LIST (k)',
  "CREATE TABLE events_k PARTITION OF events_rest FOR VALUES IN ('k', NULL)",
  'CREATE TABLE buckets (n int) PARTITION BY HASH (n)',
  'CREATE TABLE buckets_0 PARTITION OF buckets FOR VALUES WITH (MODULUS 2, REMAINDER 0)',
  'CREATE TABLE cities (name text, people int)',
  'CREATE UNLOGGED TABLE scratch (n int) WITH (fillfactor = 50)',
  'CREATE TABLE pages (body text COMPRESSION pglz COLLATE "C", raw bytea)',
  'ALTER TABLE pages ALTER body SET STORAGE MAIN, ALTER raw SET STORAGE EXTERNAL',
  'CREATE TABLE capitals (state text) INHERITS (cities)',
  'CREATE VIEW z_view WITH (security_barrier) AS SELECT id FROM child WHERE a > 1 WITH LOCAL CHECK OPTION',
  'CREATE VIEW a_view AS SELECT z.id FROM z_view z',
  'CREATE MATERIALIZED VIEW kept AS SELECT name, count(*) AS n FROM child GROUP BY name',
  'CREATE INDEX kept_ix ON kept (name)',
]

const COMMANDS = [
  "CREATE TYPE mood AS ENUM ('sad', 'it''s ok')",
  'CREATE DOMAIN positive AS INTEGER DEFAULT 1 CONSTRAINT positive_check CHECK (VALUE > 0)',
  'CREATE TYPE address AS (street VARCHAR(20), zip INTEGER[], felt mood)',
  'CREATE SEQUENCE numbers INCREMENT BY 5 START WITH 100',
  'CREATE TABLE buckets (\n\tn INTEGER\n)\n PARTITION BY HASH (n)',
  'CREATE TABLE cities (\n\tname TEXT, \n\tpeople INTEGER\n)',
  'CREATE TABLE events (\n\tat DATE NOT NULL, \n\tk TEXT\n)\n PARTITION BY RANGE (at, lower(k))',
  'CREATE TABLE pages (\n\tbody TEXT COLLATE "C", \n\traw BYTEA\n)',
  'ALTER TABLE pages ALTER COLUMN body SET STORAGE MAIN, ALTER COLUMN body SET COMPRESSION pglz, ALTER COLUMN raw SET STORAGE EXTERNAL',
  `${[
    'CREATE TABLE parent (',
    'id SERIAL NOT NULL, ',
    'a INTEGER, ',
    'b INTEGER, ',
    "note TEXT DEFAULT 'it''s'::text, ",
    'CONSTRAINT parent_pkey PRIMARY KEY (id), ',
    'CONSTRAINT uq_parent UNIQUE NULLS NOT DISTINCT (a, b) INCLUDE (note)',
  ].join('\n\t')}\n)`,
  'CREATE UNLOGGED TABLE scratch (\n\tn INTEGER\n)\n WITH (fillfactor = 50)',
  'CREATE TABLE buckets_0 PARTITION OF buckets FOR VALUES WITH (MODULUS 2, REMAINDER 0)',
  'CREATE TABLE capitals (\n\tname TEXT, \n\tpeople INTEGER, \n\tstate TEXT\n)\n INHERITS ( cities )',
  `${[
    'CREATE TABLE child (',
    'id BIGINT GENERATED ALWAYS AS IDENTITY (START WITH 5 CACHE 10), ',
    "name VARCHAR(50) DEFAULT 'x'::character varying NOT NULL, ",
    'a INTEGER, ',
    'b INTEGER, ',
    'moods mood[], ',
    'p positive, ',
    'ad address, ',
    'n NUMERIC(10, 2), ',
    'at TIMESTAMP(3) WITH TIME ZONE DEFAULT now(), ',
    'span INTERVAL DAY TO SECOND (2), ',
    'place point, ',
    'twice INTEGER GENERATED ALWAYS AS (a * 2) STORED, ',
    "number BIGINT DEFAULT nextval('numbers'), ",
    'c TEXT COLLATE "C", ',
    'CONSTRAINT child_pk PRIMARY KEY (id), ',
    'CONSTRAINT child_fk FOREIGN KEY(a, b) REFERENCES parent (a, b) MATCH FULL ON DELETE SET NULL (a) ON UPDATE CASCADE DEFERRABLE INITIALLY DEFERRED, ',
    'CONSTRAINT child_ck CHECK (a > 0) NO INHERIT, ',
    'CONSTRAINT child_ex EXCLUDE USING gist (int4range(a, b) WITH &&) INCLUDE (c) WHERE (a > 1)',
  ].join('\n\t')}\n)`,
  'CREATE INDEX child_ix ON child (lower(name::text) text_pattern_ops DESC NULLS LAST, a DESC, c COLLATE "POSIX") INCLUDE (b) WITH (fillfactor = 70) WHERE a > 5',
  'CREATE UNIQUE INDEX child_un ON child (name varchar_pattern_ops) NULLS NOT DISTINCT',
  "COMMENT ON TABLE child IS 'hello'",
  "COMMENT ON COLUMN child.a IS 'an a'",
  "COMMENT ON CONSTRAINT child_ck ON child IS 'a check'",
  "CREATE TABLE events_1 PARTITION OF events FOR VALUES FROM ('2020-01-01', 'a,(''b') TO ('2021-01-01', MAXVALUE)",
  'CREATE TABLE events_rest PARTITION OF events DEFAULT\n PARTITION BY LIST (k)',
  "CREATE TABLE events_k PARTITION OF events_rest FOR VALUES IN ('k', NULL)",
  'CREATE VIEW z_view WITH (security_barrier = true) AS SELECT id\n   FROM child\n  WHERE a > 1 WITH LOCAL CHECK OPTION',
  'CREATE VIEW a_view AS SELECT id\n   FROM z_view z',
  'CREATE MATERIALIZED VIEW kept AS SELECT name,\n    count(*) AS n\n   FROM child\n  GROUP BY name',
  'CREATE INDEX kept_ix ON kept (name)',
]

/** Servers before 16 write the table before each column of a view, also where there is but one. */
function withTables(command: string): string {
  const table = / VIEW /.test(command) ? /FROM (\w+)(?: (\w+))?/.exec(command) : null
  return table === null ? command : command.replaceAll(/(?<=SELECT |WHERE |BY )(?=\w)/g, `${table[2] ?? table[1]}.`)
}

describe.each(databases())('$name', (target) => {
  let pair: Pair
  beforeAll(async () => {
    pair = await twoDatabases(target)
    await pair.one.begin(async (connection) => {
      for (const statement of STATEMENTS) await connection.execute(statement)
    })
  })
  afterAll(() => pair.close())

  test('of a database with everything, which is made again elsewhere', async () => {
    const metadata = new MetaData()
    await metadata.reflect(pair.one, { views: true })
    expect([...metadata.tables.keys()].sort()).toEqual([
      'buckets',
      'buckets_0',
      'capitals',
      'child',
      'cities',
      'events',
      'events_1',
      'events_k',
      'events_rest',
      'pages',
      'parent',
      'scratch',
    ])
    const version = Number(await pair.one.execute('SHOW server_version_num').scalar())
    const expected = version >= 160_000 ? COMMANDS : COMMANDS.map(withTables)
    expect(commandsOf(metadata, pair.one)).toEqual(expected)
    await metadata.createAll(pair.other)
    const again = await catalogOf(pair.other)
    expect(again).toEqual(await catalogOf(pair.one))
    const second = new MetaData()
    await second.reflect(pair.other, { views: true })
    expect(commandsOf(second, pair.other)).toEqual(expected)
  })

  test('of relations without columns: a table is one, a view is left out', async () => {
    await using connection = await pair.one.connect()
    for (const statement of ['CREATE TABLE empty_table ()', 'CREATE VIEW empty_view AS SELECT'])
      await connection.execute(statement)
    const metadata = new MetaData()
    await metadata.reflect(connection, { views: true, only: (name) => name.startsWith('empty_') })
    expect([...metadata.tables.keys(), ...metadata.views.keys()]).toEqual(['empty_table'])
    expect(metadata.tables.get('empty_table')?.columnList).toEqual([])
  })
})
