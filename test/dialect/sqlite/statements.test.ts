// Statements as SQLite spells them, each run on SQLite as well: text and answer stand side by side.
import {
  and,
  Boolean,
  Column,
  caseWhen,
  cast,
  createEngine,
  Date as DateSql,
  DateTime,
  Double,
  deleteFrom,
  type Engine,
  type Executable,
  exists,
  extract,
  Float,
  func,
  Integer,
  Interval,
  JSON as Json,
  literal,
  MetaData,
  Numeric,
  String,
  select,
  sqlFalse,
  sqlTrue,
  table,
  text,
  tuple,
  typeCoerce,
  union,
  update,
  values,
} from 'tsalchemy'
import { JSONB } from 'tsalchemy/postgresql'
import { insert, sqliteDialect } from 'tsalchemy/sqlite'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Recording, recordStatements } from '../../support/statements.ts'

const metadata = new MetaData()
const users = table('users', metadata, {
  id: Column(Integer, { primaryKey: true }),
  name: Column(String(50)),
  age: Column(Integer, { nullable: true }),
  active: Column(Boolean, { default: true }),
  price: Column(Numeric(8, 2), { nullable: true }),
  weight: Column(Float, { nullable: true }),
  born: Column(DateSql, { nullable: true }),
  seen: Column(DateTime, { nullable: true }),
  doc: Column(Json<unknown>(), { nullable: true }),
})
const { c } = users

describe('on SQLite', () => {
  let engine: Engine
  let recording: Recording
  beforeAll(async () => {
    engine = createEngine('sqlite+node://')
    await metadata.createAll(engine)
    await engine.execute(
      insert(users).values([
        {
          id: 1,
          name: 'Ed',
          age: 7,
          active: true,
          price: '10.50',
          weight: 1.5,
          born: '2024-02-29',
          seen: '2024-02-29 12:34:56.5',
          doc: { a: [1, { b: 'x' }], flag: true, 'odd "key".$[0]': 5, n: 2.5, nothing: null },
        },
        {
          id: 2,
          name: 'ada',
          age: 2,
          active: false,
          price: '3',
          weight: 2.5,
          born: '1999-12-31',
          seen: '1999-12-31 00:00:00',
          doc: [1],
        },
        { id: 3, name: 'a_b%', age: null, active: true, price: null, weight: null, born: null, seen: null, doc: null },
      ]),
    )
    recording = recordStatements(engine)
  })
  afterAll(() => engine.dispose())

  /** The text that is sent, on one line, and the rows that come back. */
  async function run(statement: Executable): Promise<[string, unknown[][]]> {
    recording.clear()
    const rows = await engine.execute(statement).tuples().all()
    const sql = recording.statements[0]?.sql ?? ''
    return [sql.replace(/\s+/g, ' ').trim(), rows as unknown[][]]
  }

  describe('operators', () => {
    const one = select(c.id).orderBy(c.id)
    test.each<[string, Executable, string, unknown[]]>([
      ['IN a list', one.where(c.id.in([1, 3, 99])), 'users.id IN (SELECT value FROM json_each(?1))', [1, 3]],
      ['IN no list', one.where(c.id.in([])), 'users.id IN (SELECT value FROM json_each(?1))', []],
      ['NOT IN', one.where(c.name.notIn(['Ed'])), 'users.name NOT IN (SELECT value FROM json_each(?1))', [2, 3]],
      ['NOT IN no list', one.where(c.name.notIn([])), 'users.name NOT IN (SELECT value FROM json_each(?1))', [1, 2, 3]],
      ['IN booleans', one.where(c.active.in([false])), 'users.active IN (SELECT value FROM json_each(?1))', [2]],
      ['IN days', one.where(c.born.in(['1999-12-31'])), 'users.born IN (SELECT value FROM json_each(?1))', [2]],
      ['IN fractions', one.where(c.weight.in([1.5, 9.5])), 'users.weight IN (?1, ?2)', [1]],
      ['IN no fractions', one.where(c.weight.in([])), 'users.weight IN (NULL) AND (1 != 1)', []],
      [
        'IN tuples',
        one.where(
          tuple(c.id, c.name).in([
            [1, 'Ed'],
            [2, 'x'],
          ]),
        ),
        '(users.id, users.name) IN (SELECT value ->> 0, value ->> 1 FROM json_each(?1))',
        [1],
      ],
      ['LIKE', one.where(c.name.like('a%')), 'users.name LIKE ?1', [2, 3]],
      ['LIKE with capitals', one.where(c.name.like('ED')), 'users.name LIKE ?1', []],
      ['ILIKE', one.where(c.name.ilike('eD')), 'ilike(?1, users.name)', [1]],
      [
        'contains, escaped',
        one.where(c.name.contains('_b%', { autoescape: true })),
        "users.name LIKE '%' || ?1 || '%' ESCAPE '/'",
        [3],
      ],
      ['regular expressions', one.where(c.name.regexpMatch('^[A-Z]')), 'users.name REGEXP ?1', [1]],
      ['with flags', one.where(c.name.regexpMatch('^e', { flags: 'i' })), "users.name REGEXP ('(?i)' || ?1)", [1]],
      ['negated', one.where(c.name.regexpMatch('^[A-Z]').not()), 'users.name NOT REGEXP ?1', [2, 3]],
      ['IS DISTINCT FROM', one.where(c.age.isDistinctFrom(7)), 'users.age IS NOT ?1', [2, 3]],
      ['constants', one.where(and(c.active, c.active.is(sqlTrue()))), 'users.active AND users.active IS 1', [1, 3]],
      ['false', select(sqlFalse().label('f')), 'SELECT 0 AS f', [false]],
    ])('%s', async (_, statement, part, ids) => {
      const [sql, rows] = await run(statement)
      expect(sql).toContain(part)
      expect(rows.map(([id]) => id)).toEqual(ids)
    })

    test('of numbers', async () => {
      const [sql, rows] = await run(
        select(
          c.age.divide(2),
          c.age.floorDivide(2),
          c.age.modulo(4),
          c.price.divide('4'),
          c.age.bitwiseXor(2),
          c.age.power(2),
          c.price.add(literal('1.5', Numeric(8, 2)) as never),
          c.weight.modulo(1),
        ).where(c.id.eq(1)),
      )
      expect(sql).toBe(
        'SELECT users.age / (?1 + 0.0) AS anon_1, users.age / ?2 AS anon_2, users.age % ?3 AS anon_3, ' +
          'users.price / (?4 + 0.0) AS anon_4, ((users.age | ?5) - (users.age & ?5)) AS anon_5, power(users.age, ?6) AS anon_6, ' +
          'users.price + ?7 AS anon_7, mod(users.weight, ?8) AS anon_8 FROM users WHERE users.id = ?9',
      )
      expect(rows).toEqual([[3.5, 3, 3, '2.625', 5, 49, '12.00', 0.5]])
    })

    test('of dates', async () => {
      const month = literal({ months: 1, days: 0, microseconds: 0n }, Interval)
      const [sql, rows] = await run(
        select(c.seen.add(month), c.born.add(1 as never), c.born.subtract(c.born), c.seen.subtract(month)).where(
          c.id.eq(1),
        ),
      )
      expect(sql).toBe(
        "SELECT add_interval(users.seen, ?1) AS anon_1, date(users.born, (?2) || ' days') AS anon_2, " +
          'CAST(julianday(users.born) - julianday(users.born) AS INTEGER) AS anon_3, subtract_interval(users.seen, ?1) AS anon_4 ' +
          'FROM users WHERE users.id = ?3',
      )
      expect(rows).toEqual([['2024-03-29 12:34:56.5', '2024-03-01', 0, '2024-01-29 12:34:56.5']])
    })
  })

  test('casts read, round and cut as on other databases', async () => {
    const [sql, rows] = await run(
      select(
        cast(literal('2024-02-29 10:11:12'), DateSql),
        cast(literal('2024-02-29'), DateTime),
        cast(literal(2.5, Double), Integer),
        cast(literal('7'), Integer),
        cast(literal(5), Boolean),
        cast(literal('1.256'), Numeric(5, 2)),
        cast(literal(12), String),
      ),
    )
    expect(sql).toBe(
      "SELECT date(?1) AS anon_1, strftime('%Y-%m-%d %H:%M:%f000', ?2) AS anon_2, CAST(round_even(?3) AS INTEGER) AS anon_3, " +
        'CAST(?4 AS INTEGER) AS anon_4, (CAST(?5 AS BOOLEAN) != 0) AS anon_5, to_scale(CAST(?6 AS NUMERIC(5, 2)), 2) AS anon_6, ' +
        'CAST(?7 AS VARCHAR) AS anon_7',
    )
    expect(rows).toEqual([['2024-02-29', '2024-02-29 00:00:00', 2, 7, true, '1.26', '12']])
  })

  test('documents: keys that are hostile, places, paths, values as other types', async () => {
    const [sql, rows] = await run(
      select(
        c.doc.at('a').at(1).at('b').asString(),
        c.doc.at('flag').asString(),
        c.doc.at('flag').asBoolean(),
        c.doc.at('odd "key".$[0]').asInteger(),
        c.doc.path(['a', 1, 'b']),
        c.doc.path(['a', 1, 'b']).asString(),
        c.doc.at('n').asFloat(),
        c.doc.at('nothing'),
        c.doc.at('absent'),
        c.doc.at('a').at(-1),
      ).where(c.id.eq(1)),
    )
    const asText = (of: string) =>
      `CASE json_type(${of.replace('->>', '->')}) WHEN 'true' THEN 'true' WHEN 'false' THEN 'false' ELSE CAST(${of} AS TEXT) END`
    expect(sql).toBe(
      `SELECT ${asText('((users.doc -> ?1) -> ?2) ->> ?3')} AS anon_1, ${asText('users.doc ->> ?4')} AS anon_2, ` +
        'to_boolean((users.doc ->> ?5)) AS anon_3, CAST((users.doc ->> ?6) AS INTEGER) AS anon_4, ' +
        `users.doc -> ?7 AS anon_5, ${asText('users.doc ->> ?8')} AS anon_6, CAST((users.doc ->> ?9) AS FLOAT) AS anon_7, ` +
        'users.doc -> ?10 AS anon_8, users.doc -> ?11 AS anon_9, (users.doc -> ?12) -> ?13 AS anon_10 FROM users WHERE users.id = ?14',
    )
    expect(rows).toEqual([['x', 'true', true, 5, 'x', 'x', 2.5, null, null, { b: 'x' }]])
  })

  test('functions that are called otherwise, or are made up', async () => {
    const [sql, rows] = await run(
      select(
        func.charLength(c.name),
        func('strpos', c.name, 'd'),
        func.greatest(c.age, 9, null),
        func.least(c.age, 9),
        func.coalesce(c.age, 0),
        func.concat(c.name, '!', c.age),
        func('left', c.name, 1),
        func('initcap', 'ed JONES'),
        func('splitPart', 'a,b,c', ',', 2),
        func('lpad', '7', 3, '0'),
        func('md5', 'x'),
        func.dateTrunc('month', c.seen),
        func('regexpReplace', 'aXbX', 'X', '-', 'g'),
        func.round(c.price, 1),
        func.jsonBuildObject('a', c.doc.at('a'), 'on', c.active),
      ).where(c.id.eq(1)),
    )
    expect(sql).toMatch(
      /^SELECT length\(users\.name\) AS char_length_1, instr\(users\.name, \?1\) AS strpos_1, greatest\(/,
    )
    expect(rows[0]?.slice(0, 13)).toEqual([
      2,
      2,
      9,
      7,
      7,
      'Ed!7',
      'E',
      'Ed Jones',
      'b',
      '007',
      '9dd4e461268c8034f5c8564e155c67a6',
      '2024-02-01 00:00:00',
      'a-b-',
    ])
    expect(rows[0]?.at(-1)).toEqual({ a: [1, { b: 'x' }], on: true })
  })

  test('aggregates, windows, EXTRACT', async () => {
    expect(
      (
        await run(
          select(
            func.count(),
            func.sum(c.price),
            func.avg(c.age),
            func.stddev(c.age),
            func.stringAgg(c.name, ',').aggregateOrderBy(c.name),
            func.jsonAgg(c.id),
            func.boolAnd(c.active),
            func.count(c.id).filter(c.active),
          ),
        )
      )[1],
    ).toEqual([[3, '13.50', 4.5, 3.5355339059327378, 'Ed,a_b%,ada', [1, 2, 3], false, 2]])
    const [sql, rows] = await run(
      select(
        extract('year', c.born),
        extract('dow', c.born),
        extract('quarter', c.born),
        func.rowNumber().over({ orderBy: c.id.desc() }),
      )
        .where(c.born.ne(null))
        .orderBy(c.id),
    )
    expect(sql).toBe(
      "SELECT CAST(STRFTIME('%Y', users.born) AS INTEGER) AS anon_1, CAST(STRFTIME('%w', users.born) AS INTEGER) AS anon_2, " +
        "((CAST(STRFTIME('%m', users.born) AS INTEGER) + 2) / 3) AS anon_3, row_number() OVER (ORDER BY users.id DESC) AS anon_4 " +
        'FROM users WHERE users.born IS NOT NULL ORDER BY users.id',
    )
    expect(rows).toEqual([
      [2024, 4, 1, 2],
      [1999, 5, 4, 1],
    ])
  })

  test('moments: now(), and random numbers from 0 to 1', async () => {
    const [sql, [[now, random]]] = (await run(select(func.now(), func.random()))) as [string, [[Date, number]]]
    expect(sql).toBe(
      "SELECT strftime('%Y-%m-%d %H:%M:%f000', 'now') AS now_1, (random() / 18446744073709551616.0 + 0.5) AS random_1",
    )
    expect(Math.abs(now.getTime() - Date.now())).toBeLessThan(60_000)
    expect(random >= 0 && random < 1).toBe(true)
  })

  describe('clauses', () => {
    test.each<[string, Executable, string, unknown]>([
      ['LIMIT', select(c.id).orderBy(c.id).limit(1), 'SELECT users.id FROM users ORDER BY users.id LIMIT ?1', [1]],
      [
        'OFFSET',
        select(c.id).orderBy(c.id).offset(2),
        'SELECT users.id FROM users ORDER BY users.id LIMIT -1 OFFSET ?1',
        [3],
      ],
      ['FETCH', select(c.id).orderBy(c.id).fetch(2), 'SELECT users.id FROM users ORDER BY users.id LIMIT ?1', [1, 2]],
      [
        'FOR UPDATE',
        select(c.id).where(c.id.eq(1)).withForUpdate(),
        'SELECT users.id FROM users WHERE users.id = ?1',
        [1],
      ],
      [
        'UNION of parts with ends of their own',
        union(select(c.id).orderBy(c.id).limit(1), union(select(literal(8)), select(literal(9)))),
        'SELECT * FROM (SELECT users.id FROM users ORDER BY users.id LIMIT ?1) UNION SELECT * FROM (SELECT ?2 AS anon_1 UNION SELECT ?3 AS anon_2)',
        [1, 8, 9],
      ],
      [
        'VALUES',
        (() => {
          const v = values({ a: Integer, b: String }, { name: 'v' }).data([
            [1, 'x'],
            [2, 'y'],
          ])
          return select(v.c.a).where(v.c.b.eq('y'))
        })(),
        'SELECT v.a FROM (SELECT column1 AS a, column2 AS b FROM (VALUES (?1, ?2), (?3, ?4))) AS v WHERE v.b = ?5',
        [2],
      ],
      [
        'EXISTS and a WITH',
        (() => {
          const grown = select(c.id).where(c.age.gt(5)).cte('grown')
          return select(c.id).where(exists(select(grown.c.id).where(grown.c.id.eq(c.id))))
        })(),
        'WITH grown AS (SELECT users.id AS id FROM users WHERE users.age > ?1) SELECT users.id FROM users WHERE EXISTS (SELECT grown.id FROM grown WHERE grown.id = users.id)',
        [1],
      ],
      [
        'CASE',
        select(caseWhen([c.age.gt(5), 'old'], { else: 'young' }).label('word')).where(c.id.eq(1)),
        'SELECT CASE WHEN (users.age > ?1) THEN ?2 ELSE ?3 END AS word FROM users WHERE users.id = ?4',
        ['old'],
      ],
    ])('%s', async (_, statement, sql, first) => {
      const [sent, rows] = await run(statement)
      expect(sent).toBe(sql)
      expect(rows.map(([value]) => value)).toEqual(first)
    })
  })

  describe('what SQLite does not have says so, and what to do', () => {
    const dialect = sqliteDialect()
    test.each<[string, () => Executable, string]>([
      ['DISTINCT ON', () => select(c.id).distinct(c.name), 'SQLite has no DISTINCT ON: use groupBy()'],
      ['LATERAL', () => select(select(c.id).lateral('l').c.id), 'SQLite has no LATERAL'],
      ['WITH TIES', () => select(c.id).fetch(1, { withTies: true }), 'SQLite has no FETCH FIRST with'],
      [
        'DELETE ... USING',
        () => {
          const other = users.alias('other')
          return deleteFrom(users).where(c.id.eq(other.c.id))
        },
        'SQLite has no DELETE ... USING: name the other tables within the criteria',
      ],
      [
        'writes in WITH',
        () => select(deleteFrom(users).all().returning(c.id).cte('gone').c.id),
        'SQLite has no INSERT, UPDATE or DELETE within WITH',
      ],
      ['arrays', () => select(func.arrayAgg(c.id)), 'SQLite has no arrays'],
      [
        '@>',
        () => select(c.id).where(typeCoerce(c.doc, JSONB<{ a: number }>()).contains({ a: 1 })),
        'SQLite has no operator @> of documents',
      ],
      [
        'ON CONSTRAINT',
        () => insert(users).values({ name: 'x' }).onConflictDoNothing({ constraint: 'users_pk' }),
        'SQLite has no ON CONFLICT ON CONSTRAINT: name the columns, by indexElements',
      ],
    ])('%s', (_, statement, message) => {
      expect(() => dialect.compile(statement())).toThrow(message)
    })
  })

  describe('writes', () => {
    const changed = new MetaData()
    const items = table('items', changed, {
      id: Column(Integer, { primaryKey: true }),
      word: Column(String, { unique: true }),
      count: Column(Integer, { serverDefault: '0' }),
    })
    beforeAll(() => changed.createAll(engine))

    test('INSERT of one row, of many, of defaults, from SELECT; upserts', async () => {
      expect(await run(insert(items).values({ word: 'a' }).returning(items.c.id, items.c.count))).toEqual([
        'INSERT INTO items (word) VALUES (?1) RETURNING items.id, items.count',
        [[1, 0]],
      ])
      const upsert = insert(items)
        .values([
          { word: 'a', count: 5 },
          { word: 'b', count: 6 },
        ])
        .onConflictDoUpdate({ indexElements: ['word'], set: (excluded) => ({ count: excluded.count }) })
        .returning(items.c.id, items.c.count)
      expect(await run(upsert)).toEqual([
        'INSERT INTO items (word, count) VALUES (?1, ?2), (?3, ?4) ON CONFLICT (word) DO UPDATE SET count = excluded.count RETURNING items.id, items.count',
        [
          [1, 5],
          [2, 6],
        ],
      ])
      const copy = insert(items)
        .fromSelect(['word', 'count'], select(items.c.word, items.c.count))
        .onConflictDoNothing()
        .returning(items.c.id)
      expect(await run(copy)).toEqual([
        'INSERT INTO items (word, count) SELECT items.word, items.count FROM items WHERE 1 ON CONFLICT DO NOTHING RETURNING items.id',
        [],
      ])
    })

    test('UPDATE with further tables, DELETE with RETURNING', async () => {
      const source = values({ id: Integer, add: Integer }, { name: 'source' }).data([[2, 10]])
      const grow = update(items)
        .values({ count: items.c.count.add(source.c.add) })
        .where(items.c.id.eq(source.c.id))
        .returning(items.c.id, items.c.count)
      expect(await run(grow)).toEqual([
        'UPDATE items SET count=(items.count + source."add") FROM (SELECT column1 AS id, column2 AS "add" FROM (VALUES (?1, ?2))) AS source WHERE items.id = source.id RETURNING items.id, items.count',
        [[2, 16]],
      ])
      expect(await run(deleteFrom(items).where(items.c.id.eq(2)).returning(items.c.word))).toEqual([
        'DELETE FROM items WHERE items.id = ?1 RETURNING items.word',
        [['b']],
      ])
    })
  })

  test('lists can be parameters of their own, by the option inLists', async () => {
    await using expanding = createEngine('sqlite+node://', { inLists: 'expand' })
    await expanding.ready()
    const statement = select(c.id).where(c.id.in([1, 2]), tuple(c.id, c.age).in([[1, 2]]))
    expect(expanding.compile(statement)).toEqual({
      sql: 'SELECT users.id \nFROM users \nWHERE users.id IN (?1, ?2) AND (users.id, users.age) IN (VALUES (?3, ?4))',
      parameters: [1, 2, 1, 2],
    })
    await metadata.createAll(expanding)
    expect(await expanding.execute(statement).all()).toEqual([])
    const none = select(c.id).where(c.id.notIn([]), tuple(c.id, c.age).in([]))
    expect(await expanding.execute(none).all()).toEqual([])
  })

  test('text() with values by name, and SQL given as a string', async () => {
    expect(await engine.execute(text('SELECT :a + :b, :a'), { a: 1, b: 2 }).tuples().all()).toEqual([[3, 1]])
    expect(await engine.execute('SELECT $2, $1', [1, 'x']).tuples().all()).toEqual([['x', 1]])
  })
})
