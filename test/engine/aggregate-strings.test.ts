// func.aggregateStrings(): one function, by the name that each database has for it.
import {
  ArgumentError,
  Column,
  createEngine,
  type Engine,
  func,
  Integer,
  insert,
  literal,
  literalColumn,
  MetaData,
  String,
  select,
  table,
} from 'tsalchemy'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { sqlDatabases } from '../support/server.ts'
import { recordStatements } from '../support/statements.ts'

const metadata = new MetaData()
const words = table('aggregated_words', metadata, {
  id: Column(Integer, { primaryKey: true }),
  word: Column(String),
  kind: Column(Integer),
})
const w = words.c

describe.each(sqlDatabases())('on $name', ({ url, name }) => {
  let engine: Engine
  const own = name === 'sqlite' ? 'group_concat' : 'string_agg'
  const bind = (number: number): string => (name === 'sqlite' ? `?${number}` : `$${number}::INTEGER`)
  beforeAll(async () => {
    engine = createEngine(url)
    await metadata.createAll(engine)
    await engine.execute(insert(words), [
      { id: 1, word: 'b', kind: 1 },
      { id: 2, word: 'a', kind: 1 },
      { id: 3, word: 'c', kind: 2 },
    ])
  })
  afterAll(async () => {
    await metadata.dropAll(engine)
    await engine.dispose()
  })

  test('the separator is written, whatever it is', async () => {
    const sent = recordStatements(engine)
    for (const separator of [', ', "'", '\\', '%', ':x', '$1', '?', '', '\n', '__[x]'])
      expect(
        await engine.execute(select(func.aggregateStrings(w.word, separator).aggregateOrderBy(w.word))).scalarOne(),
      ).toBe(['a', 'b', 'c'].join(separator))
    expect(sent.statements[0]?.sql.replaceAll(/\s+/g, ' ')).toBe(
      `SELECT ${own}(aggregated_words.word, ', ' ORDER BY aggregated_words.word) AS aggregate_strings_1 FROM aggregated_words`,
    )
    expect(sent.statements[1]?.sql.replaceAll(/\s+/g, ' ')).toContain(`${own}(aggregated_words.word, '''' ORDER BY`)
  })

  test('an order, FILTER, other expressions', async () => {
    const sent = recordStatements(engine)
    const ordered = func.aggregateStrings(w.word, '-').aggregateOrderBy(w.kind.desc(), w.word).filter(w.id.gt(1))
    expect(await engine.execute(select(ordered.label('all'))).scalarOne()).toBe('c-a')
    expect(sent.statements.map(({ sql }) => sql.replaceAll(/\s+/g, ' '))).toEqual([
      `SELECT ${own}(aggregated_words.word, '-' ORDER BY aggregated_words.kind DESC, aggregated_words.word) FILTER (WHERE aggregated_words.id > ${bind(1)}) AS "all" FROM aggregated_words`,
    ])
    const grouped = select(w.kind, func.aggregateStrings(w.word.concat('!'), literalColumn("'+'")).label('words'))
    expect(
      await engine
        .execute(grouped.where(w.id.ne(1)).groupBy(w.kind).orderBy(w.kind))
        .tuples()
        .all(),
    ).toEqual([
      [1, 'a!'],
      [2, 'c!'],
    ])
    expect(await engine.execute(select(func.aggregateStrings(w.word, literal('/'))).where(w.id.eq(1))).scalar()).toBe(
      'b',
    )
    expect(await engine.execute(select(func.aggregateStrings(w.word, ',')).where(w.id.gt(9))).scalar()).toBe(null)
  })
})

test('needs both arguments; what it is in SQL of no database', () => {
  expect(`${func.aggregateStrings(w.word, ',')}`).toBe("string_agg(aggregated_words.word, ',')")
  expect(func.aggregateStrings(w.word, ',').type.kind).toBe('string')
  for (const wrong of [[], [w.word], [w.word, ',', ','], [undefined, ',']])
    expect(() => func.aggregateStrings(...(wrong as [never, never]))).toThrow(ArgumentError)
  expect(() => func.aggregateStrings(w.word, ',').aggregateOrderBy()).toThrow('takes at least one expression')
})
