// Arrays of arrays: as a type of arrays, by dimensions, by a domain; of texts, documents and enumerations.
import {
  ARRAY,
  Column,
  createEngine,
  type Engine,
  Enum,
  func,
  Integer,
  insert,
  JSON as JsonType,
  MetaData,
  type SqlType,
  String as StringType,
  select,
  table,
} from 'tsalchemy'
import { Domain, JSONB } from 'tsalchemy/postgresql'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { databases } from '../../../support/server.ts'

const CASES: readonly (readonly [spelt: string, type: SqlType, values: readonly unknown[]])[] = [
  [
    'INTEGER[][]',
    ARRAY(ARRAY(Integer)),
    [
      [
        [1, 2],
        [3, null],
      ],
      [[5]],
      [],
    ],
  ],
  [
    'VARCHAR[][][]',
    ARRAY(ARRAY(ARRAY(StringType))),
    [
      [
        [
          ['a', 'NULL'],
          ['{', null],
        ],
      ],
    ],
  ],
  [
    'INTEGER[][][]',
    ARRAY(ARRAY(Integer), { dimensions: 2 }) as SqlType,
    [
      [
        [[1], [2]],
        [[3], [4]],
      ],
    ],
  ],
  [
    'JSONB[][]',
    ARRAY(ARRAY(JSONB())),
    [
      [
        [[1, 2], { a: [1] }],
        [null, 'x'],
      ],
      [],
    ],
  ],
  ['JSONB[]', ARRAY(JSONB()), [[[1, 2], { a: [1] }, 'x']]],
  ['grade[][]', ARRAY(ARRAY(Enum('a', "b'c", { name: 'grade' }))), [[['a', "b'c"]]]],
  ['list[]', ARRAY(Domain('list', ARRAY(Integer))), [[[1, 2], [3]], [null, []], []]],
  ['lists[]', ARRAY(Domain('lists', ARRAY(JsonType()))), [[[{ a: 1 }, [1]], ['x']]]],
]

const metadata = new MetaData()
const tables = CASES.map(([, type], index) =>
  table(`nested_${index}`, metadata, {
    id: Column(Integer, { primaryKey: true }),
    held: Column(type, { nullable: true }),
  }),
)

describe.each(databases())('$name', ({ url }) => {
  let engine: Engine
  beforeAll(async () => {
    engine = createEngine(url)
    await metadata.createAll(engine)
  })
  afterAll(async () => {
    await metadata.dropAll(engine)
    await engine.dispose()
  })

  test.each(CASES.map(([spelt, type, values], index) => [spelt, type, values, index] as const))(
    '%s',
    async (spelt, type, values, index) => {
      expect(engine.dialect.typeName(type)).toBe(spelt)
      const own = tables[index] as (typeof tables)[number]
      for (const held of [...values, null]) {
        await engine.execute(insert(own), { held })
        await engine.execute(insert(own), [{ held }, { held }])
      }
      const expected = [...values, null].flatMap((held) => [held, held, held])
      expect(await engine.execute(select(own.c.held).orderBy(own.c.id)).scalars().all()).toEqual(expected)
      // JSON has no operator =.
      if (spelt === 'lists[]') return
      const [first] = values
      const found = select(func.count())
        .selectFrom(own)
        .where(own.c.held.eq(first as never))
      expect(await engine.execute(found).scalar()).toBe(3)
    },
  )
})
