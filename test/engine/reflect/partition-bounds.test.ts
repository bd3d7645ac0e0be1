// The bounds of partitions, from the database's text: every form, and values that look like the ends of them.
import { describe, expect, test } from 'vitest'
import { partitionBounds } from '../../../src/engine/reflect/partition-bounds.ts'
import { MetaData, type Table } from '../../../src/index.ts'
import { databases } from '../../support/server.ts'
import { catalogOf, commandsOf, twoDatabases } from './support.ts'

test('a form that is not known is none', () => {
  expect(partitionBounds('FOR VALUES SOMEHOW')).toBeNull()
  expect(partitionBounds('DEFAULT')).toBe('default')
})

const VALUES = ['a,b', "it''s", ') TO (', '(', ')', '"', 'E', '[', "x'' , ''y", ' ', ''] as const

describe.each(databases())('$name', (target) => {
  test('partitions of hostile values are made again elsewhere', async () => {
    const pair = await twoDatabases(target)
    try {
      await pair.one.begin(async (connection) => {
        await connection.execute('CREATE TABLE lists (k text) PARTITION BY LIST (k)')
        for (const [index, value] of VALUES.entries())
          await connection.execute(`CREATE TABLE lists_${index} PARTITION OF lists FOR VALUES IN ('${value}')`)
        await connection.execute(
          "CREATE TABLE lists_back PARTITION OF lists FOR VALUES IN (E'\\\\', E'a\\\\,'',b', NULL)",
        )
        await connection.execute('CREATE TABLE ranges (a int, b text) PARTITION BY RANGE (a, b)')
        await connection.execute(
          "CREATE TABLE ranges_0 PARTITION OF ranges FOR VALUES FROM (MINVALUE, MINVALUE) TO (1, ') TO (')",
        )
        await connection.execute(
          "CREATE TABLE ranges_1 PARTITION OF ranges FOR VALUES FROM (1, ') TO (') TO (5, MAXVALUE)",
        )
      })
      const metadata = new MetaData()
      await metadata.reflect(pair.one)
      expect((metadata.tables.get('lists_back') as Table).partitionOf?.parent.name).toBe('lists')
      await metadata.createAll(pair.other)
      expect(await catalogOf(pair.other)).toEqual(await catalogOf(pair.one))
      expect(commandsOf(metadata, pair.one)).toContain(
        "CREATE TABLE ranges_1 PARTITION OF ranges FOR VALUES FROM (1, ') TO (') TO (5, MAXVALUE)",
      )
    } finally {
      await pair.close()
    }
  })
})
