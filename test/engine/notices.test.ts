// What the server says beside its answer is found at the result of the statement that made it say so.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createEngine } from '../../src/engine/create.ts'
import type { Engine } from '../../src/engine/engine.ts'
import { databases } from '../support/server.ts'

describe.each(databases())('on $name', ({ url }) => {
  let engine: Engine
  beforeAll(() => {
    engine = createEngine(url)
  })
  afterAll(() => engine.dispose())

  it('notices of a statement are those of its result', async () => {
    const dropped = await engine.execute('DROP TABLE IF EXISTS absent')
    expect(dropped.notices).toEqual([
      { severity: 'NOTICE', sqlState: '00000', message: 'table "absent" does not exist, skipping' },
    ])
    expect((await engine.execute('SELECT 1')).notices).toEqual([])
  })

  it('also with rows, and in a transaction', async () => {
    await engine.begin(async (connection) => {
      await connection.execute(
        `CREATE FUNCTION pg_temp.told(n int) RETURNS int LANGUAGE plpgsql AS $$
        BEGIN RAISE WARNING 'told %', n USING HINT = 'listen'; RETURN n; END $$`,
      )
      const result = await connection.execute('SELECT pg_temp.told(n) AS n FROM generate_series(1, 2) AS n')
      expect(result.notices).toEqual([
        { severity: 'WARNING', sqlState: '01000', message: 'told 1', hint: 'listen' },
        { severity: 'WARNING', sqlState: '01000', message: 'told 2', hint: 'listen' },
      ])
      expect(result.scalars().all()).toEqual([1, 2])
      expect((await connection.execute('SELECT 3')).notices).toEqual([])
    })
  })
})
