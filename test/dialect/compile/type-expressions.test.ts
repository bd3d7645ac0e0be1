// SQL that types put around their parameters and their columns.
import {
  ARRAY,
  bindparam,
  Column,
  type ColumnElement,
  caseWhen,
  cast,
  createEngine,
  type Engine,
  type Executable,
  func,
  Integer,
  insert,
  JSON,
  literal,
  MetaData,
  type SqlType,
  type SqlValue,
  String,
  select,
  TypeDecorator,
  type TypeHost,
  table,
  tuple,
  typeCoerce,
  union,
  update,
} from 'tsalchemy'
import { DeclarativeBase, Entity, mapped, sessionmaker } from 'tsalchemy/orm'
import { insert as upsert } from 'tsalchemy/postgresql'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { sqlDatabases } from '../../support/server.ts'
import { pg, pgArrays, postgresArrays } from './fixture.ts'

/** Kept in lower case, read in upper case. */
class Loud extends TypeDecorator<string> {
  readonly impl = String
  override readonly cacheOk = true
  override bindExpression(value: SqlValue) {
    return func('lower', value as SqlValue<string>)
  }
  override columnExpression(column: SqlValue) {
    return func('upper', column as SqlValue<string>)
  }
}
/** Stands on it without a word of its own. */
class Louder extends TypeDecorator<string> {
  readonly impl = new Loud()
  override readonly cacheOk = true
}

/** Stands on it where a dialect asks, and says nothing else. */
class Chosen extends TypeDecorator<string> {
  readonly impl = String
  override readonly cacheOk = true
  override loadDialectImpl(host: TypeHost): SqlType<string> {
    return host.name === 'default' ? String : new Loud()
  }
}
/** An array where there are arrays, else a document. */
class Numbers extends TypeDecorator<number[]> {
  readonly impl: SqlType<number[]> = JSON<number[]>()
  override readonly cacheOk = true
  override loadDialectImpl(host: TypeHost): SqlType<number[]> {
    return host.name === 'postgresql' ? (ARRAY(Integer) as SqlType<number[]>) : this.impl
  }
}

/** Kept one higher than it is said to be, and never NULL: more than a call around the parameter, which stands there twice. */
class Higher extends TypeDecorator<number> {
  readonly impl = Integer
  override readonly cacheOk = true
  override bindExpression(value: SqlValue) {
    const number = value as ColumnElement<number>
    return caseWhen([number.is(null), 0], { else: number.add(1) })
  }
}
/** An operator around the parameter; the number beside it is of the type too. */
class Shifted extends TypeDecorator<number> {
  readonly impl = Integer
  override readonly cacheOk = true
  override processBindParam(value: number | null) {
    return value === null ? null : value * 10
  }
  override bindExpression(value: SqlValue) {
    return (value as ColumnElement<number>).add(1)
  }
}

const metadata = new MetaData()
const words = table('type_words', metadata, {
  id: Column(Integer, { primaryKey: true }),
  word: Column(new Loud()),
  again: Column(new Louder(), { nullable: true, default: 'Given' }),
  plain: Column(String.withVariant(new Loud(), 'postgresql'), { nullable: true }),
})
const w = words.c

const chosen = table('type_chosen', metadata, {
  id: Column(Integer, { primaryKey: true }),
  word: Column(new Chosen()),
  numbers: Column(new Numbers()),
  varied: Column(JSON<number[]>().withVariant(ARRAY(Integer) as SqlType<number[]>, 'postgresql')),
})
const heights = table('type_heights', metadata, { height: Column(new Higher()), shift: Column(new Shifted()) })
const h = heights.c

test.each([
  [
    'a parameter that stands in it twice, beside others that are as they are',
    select(w.id).where(h.height.gt(5)),
    'SELECT type_words.id FROM type_words, type_heights WHERE type_heights.height > CASE WHEN ($1::INTEGER IS NULL) THEN $2::INTEGER ELSE $1::INTEGER + $3::INTEGER END',
  ],
  [
    'operators in parentheses',
    select(w.id).where(h.shift.eq(h.shift.subtract(1))),
    'SELECT type_words.id FROM type_words, type_heights WHERE type_heights.shift = type_heights.shift - ($1::INTEGER + $2::INTEGER)',
  ],
  [
    'a comparison',
    select(w.id).where(w.word.eq('X')),
    'SELECT type_words.id FROM type_words WHERE type_words.word = lower($1::VARCHAR)',
  ],
  ['a literal', select(literal('X', new Loud()).label('x')), 'SELECT upper(lower($1::VARCHAR)) AS x'],
  [
    'columns keep their names',
    select(w.word, w.word.label('other')),
    'SELECT upper(type_words.word) AS word, upper(type_words.word) AS other FROM type_words',
  ],
  [
    'names that are taken',
    select(w.word, w.word),
    'SELECT upper(type_words.word) AS word, upper(type_words.word) AS word__1 FROM type_words',
  ],
  [
    'of subqueries only the outermost',
    select(select(w.word).subquery('s')),
    'SELECT upper(s.word) AS word FROM (SELECT type_words.word AS word FROM type_words) AS s',
  ],
  [
    'decorators of decorators',
    select(w.again).where(w.again.ne('X')),
    'SELECT upper(type_words.again) AS again FROM type_words WHERE type_words.again != lower($1::VARCHAR)',
  ],
  [
    'variants',
    select(w.plain).where(w.plain.eq('X')),
    'SELECT upper(type_words.plain) AS plain FROM type_words WHERE type_words.plain = lower($1::VARCHAR)',
  ],
  [
    'a type that the dialect chooses',
    select(chosen.c.word).where(chosen.c.word.eq('X')),
    'SELECT upper(type_chosen.word) AS word FROM type_chosen WHERE type_chosen.word = lower($1::VARCHAR)',
  ],
  [
    'lists of a type that the dialect chooses',
    select(chosen.c.id).where(chosen.c.word.in(['X', 'Y'])),
    'SELECT type_chosen.id FROM type_chosen WHERE type_chosen.word IN (lower($1::VARCHAR), lower($2::VARCHAR))',
  ],
  [
    'each part of a compound',
    union(select(w.plain), select(w.again)),
    'SELECT upper(type_words.plain) AS plain FROM type_words UNION SELECT upper(type_words.again) AS again FROM type_words',
  ],
  [
    'each part of a compound within one',
    union(select(w.plain), union(select(w.again), select(w.word))),
    'SELECT upper(type_words.plain) AS plain FROM type_words UNION (SELECT upper(type_words.again) AS again FROM type_words UNION SELECT upper(type_words.word) AS word FROM type_words)',
  ],
  [
    'parts of a compound, not what they have in WITH',
    union(select(w.plain), select(w.word).addCte(select(w.again).cte('c'))),
    'WITH c AS (SELECT type_words.again AS again FROM type_words) SELECT upper(type_words.plain) AS plain FROM type_words UNION SELECT upper(type_words.word) AS word FROM type_words',
  ],
  [
    'writes, and what they return',
    insert(words).values({ word: 'X' }).returning(w.word),
    'INSERT INTO type_words (word, again) VALUES (lower($1::VARCHAR), lower($2::VARCHAR)) RETURNING upper(type_words.word) AS word',
  ],
  [
    'UPDATE',
    update(words).values({ word: 'X' }).where(w.id.eq(1)),
    'UPDATE type_words SET word=lower($1::VARCHAR) WHERE type_words.id = $2::INTEGER',
  ],
  [
    'the values of an upsert',
    upsert(words)
      .values({ id: 1, word: 'X' })
      .onConflictDoUpdate({ indexElements: ['id'], set: { word: 'Y' } }),
    'INSERT INTO type_words (id, word, again) VALUES ($1::INTEGER, lower($2::VARCHAR), lower($3::VARCHAR)) ON CONFLICT (id) DO UPDATE SET word = lower($4::VARCHAR)',
  ],
])('%s', (_what, statement, sql) => expect(pgArrays(statement).sql).toBe(sql))

test('a value that is written at execution', () => {
  const bound = bindparam('x', { value: 'Xx', type: new Loud(), literalExecute: true })
  expect(globalThis.String(select(bound.label('x')))).toBe("SELECT upper(lower('Xx')) AS x")
})

test('each member of a tuple in a list', () => {
  const statement = select(h.height).where(tuple(h.height, h.shift).in([[5, 6]]))
  const { sql, names } = pgArrays(statement)
  expect(sql).toBe(
    'SELECT type_heights.height FROM type_heights WHERE (type_heights.height, type_heights.shift) IN ((CASE WHEN ($4::INTEGER IS NULL) THEN $1::INTEGER ELSE $4::INTEGER + $2::INTEGER END, ($5::INTEGER + $3::INTEGER)))',
  )
  expect(names.slice(3)).toEqual(['param_1_1_1', 'param_1_1_2'])
})

test('each member of a list', () => {
  const statement = select(w.id).where(w.word.in(['X', 'Y']))
  const sql = 'SELECT type_words.id FROM type_words WHERE type_words.word IN (lower($1::VARCHAR), lower($2::VARCHAR))'
  expect(pg(statement).sql).toBe(sql)
  expect(pgArrays(statement).sql).toBe(sql)
  expect(postgresArrays.compile(statement, { literalBinds: true }).sql).toContain("IN (lower('X'), lower('Y'))")
  expect(postgresArrays.compile(select(w.id).where(w.word.eq("'")), { literalBinds: true }).sql).toContain(
    "lower('''')",
  )
})

test('only on the dialects for which the type is chosen', () => {
  const found = select(chosen.c.id).where(chosen.c.word.eq('X'))
  expect(globalThis.String(found)).toMatch(/WHERE type_chosen.word = :word_1$/)
})

// biome-ignore lint/suspicious/noExplicitAny: the form that users write
class Base<Self = any> extends DeclarativeBase<Self> {}
@Entity('type_entity')
class Spoken extends Base<Spoken> {
  @Column(Integer, { primaryKey: true }) id!: number
  @Column(new Loud()) word!: string
}
@Entity('type_chosen_entity')
class Selected extends Base<Selected> {
  @Column(Integer, { primaryKey: true }) id!: number
  @Column(new Chosen()) word!: string
  @Column(new Numbers()) numbers!: number[]
}

describe.each(sqlDatabases())('on $name', ({ url }) => {
  let engine: Engine
  beforeAll(async () => {
    engine = createEngine(url)
    await metadata.createAll(engine)
    await Base.metadata.createAll(engine)
  })
  afterAll(async () => {
    await metadata.dropAll(engine)
    await Base.metadata.dropAll(engine)
    await engine.dispose()
  })

  test('in tables', async () => {
    await engine.execute(insert(words), [
      { id: 1, word: 'One' },
      { id: 2, word: 'Two' },
    ])
    expect(await engine.execute(select(func.min(w.word.cast(String)))).scalarOne()).toBe('one')
    expect(
      await engine
        .execute(
          select(w.id, w.word, w.again)
            .where(w.word.in(['ONE', 'two']))
            .orderBy(w.word),
        )
        .all(),
    ).toEqual([
      { id: 1, word: 'ONE', again: 'GIVEN' },
      { id: 2, word: 'TWO', again: 'GIVEN' },
    ])
    expect(await engine.execute(select(w.id).where(w.word.in([]))).all()).toEqual([])
  })

  test('several rows of types that the dialect chooses', async () => {
    const rows = [
      { id: 1, word: 'One', numbers: [1, 2], varied: [3] },
      { id: 2, word: 'Two', numbers: [], varied: [4, 5] },
    ]
    await engine.execute(insert(chosen), rows)
    expect(await engine.execute(select(func.min(chosen.c.word.cast(String)))).scalarOne()).toBe('one')
    expect(await engine.execute(select(chosen).orderBy(chosen.c.id)).all()).toEqual(
      rows.map((row) => ({ ...row, word: row.word.toUpperCase() })),
    )
    await using session = sessionmaker({ bind: engine })()
    session.addAll([new Selected({ word: 'Un', numbers: [1, 2] }), new Selected({ word: 'Deux', numbers: [3] })])
    await session.commit()
    const s = mapped(Selected)
    expect(await engine.execute(select(s.word, s.numbers).orderBy(s.id)).all()).toEqual([
      { word: 'UN', numbers: [1, 2] },
      { word: 'DEUX', numbers: [3] },
    ])
  })

  test('in tuples, whose members are changed as others are', async () => {
    await engine.execute(insert(heights).values({ height: 4, shift: 2 }))
    const found = select(h.height, h.shift).where(tuple(h.height, h.shift).in([[4, 2]]))
    expect(await engine.execute(found).all()).toEqual([{ height: 5, shift: 30 }])
    expect(await engine.execute(found.where(tuple(h.height, h.shift).notIn([[4, 2]]))).all()).toEqual([])
  })

  test('in classes: several rows in a flush, loading, UPDATE', async () => {
    const SessionLocal = sessionmaker({ bind: engine })
    await using session = SessionLocal()
    session.addAll([new Spoken({ word: 'Un' }), new Spoken({ word: 'Deux' })])
    await session.commit()
    await using other = SessionLocal()
    const s = mapped(Spoken)
    const found = await other.scalars(select(Spoken).where(s.word.eq('DEUX'))).one()
    expect(found.word).toBe('DEUX')
    found.word = 'Trois'
    await other.commit()
    expect(
      await engine
        .execute(select(s.word.cast(String)))
        .scalars()
        .all(),
    ).toEqual(expect.arrayContaining(['un', 'trois']))
  })
})

/** A number that the table keeps as text: the database converts it, both ways. */
class Digits extends TypeDecorator<number, string> {
  readonly impl = String(50)
  override readonly cacheOk = true
  override bindExpression(value: SqlValue) {
    return cast(typeCoerce(value, Integer), String(50))
  }
  override columnExpression(column: SqlValue) {
    return cast(column, Integer)
  }
}
/** Ten times as much, on top of it. */
class Tenfold extends TypeDecorator<number> {
  readonly impl = new Digits()
  override readonly cacheOk = true
  override processResultValue(value: number | null) {
    return value === null ? null : value * 10
  }
}

describe.each(sqlDatabases())('values that the database converts, on $name', (target) => {
  const kept = new MetaData()
  const digits = table('type_digits', kept, {
    id: Column(Integer, { primaryKey: true }),
    n: Column(new Digits(), { default: 7 }),
    tenfold: Column(new Tenfold(), { nullable: true }),
  })
  const d = digits.c
  const all = select(d.n, d.tenfold).orderBy(d.id)
  let engine: Engine
  beforeAll(async () => {
    engine = createEngine(target.url)
    await kept.dropAll(engine)
    await kept.createAll(engine)
    await engine.execute(insert(digits), { n: 1, tenfold: 3 })
    await engine.execute(insert(digits), [{ n: 2 }, { n: 3 }])
    await engine.execute(insert(digits).values({}))
  })
  afterAll(async () => {
    await kept.dropAll(engine)
    await engine.dispose()
  })

  test('are sent as what typeCoerce() says, and read as what the column is made', async () => {
    expect(await engine.execute(all).tuples().all()).toEqual([
      [1, 30],
      [2, null],
      [3, null],
      [7, null],
    ])
    const kind = await engine.execute(`SELECT n FROM type_digits WHERE id = 1`).scalar()
    expect(kind).toBe('1')
    expect(await engine.execute(insert(digits).values({ n: 12 }).returning(d.n)).scalar()).toBe(12)
  })

  test('are found by a value, a list, tuples and literals', async () => {
    const ids = (statement: Executable) => engine.execute(statement).scalars().all()
    expect(await ids(select(d.id).where(d.n.eq(2)))).toEqual([2])
    expect(
      await ids(
        select(d.id)
          .where(d.n.in([2, 3]))
          .orderBy(d.id),
      ),
    ).toEqual([2, 3])
    expect(
      await ids(
        select(d.id).where(
          tuple(d.n, d.id).in([
            [2, 2],
            [3, 4],
          ]),
        ),
      ),
    ).toEqual([2])
    const written = bindparam('n', { value: 3, type: new Digits(), literalExecute: true })
    expect(await ids(select(d.id).where(d.n.eq(written)))).toEqual([3])
  })
})

test('a converted value is a parameter of the other type', () => {
  const digits = table('type_digits', new MetaData(), { n: Column(new Digits()) })
  expect(pgArrays(select(digits.c.n).where(digits.c.n.in([2, 3]))).sql).toBe(
    'SELECT CAST(type_digits.n AS INTEGER) AS n FROM type_digits WHERE type_digits.n IN (CAST($1::INTEGER AS VARCHAR(50)), CAST($2::INTEGER AS VARCHAR(50)))',
  )
})
