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

  it('are told to listeners of the engine, with connection and statement', async () => {
    const told: unknown[] = []
    await using connection = await engine.connect()
    const end = engine.on('notice', async ({ connection: where, sql, parameters, notice }) => {
      await null
      told.push([where === connection, sql, parameters, notice.message])
    })
    const block = 'SELECT pg_temp.warned(CAST($1 AS INTEGER))'
    const create = `CREATE FUNCTION pg_temp.warned(n int) RETURNS int LANGUAGE plpgsql AS $$
      BEGIN RAISE NOTICE 'told %', n; RETURN 10 / n; END $$`
    await connection.execute(create)
    await connection.execute('DROP TABLE IF EXISTS absent')
    await connection.execute(block, [5])
    // What was said before the error is told too.
    await expect(connection.execute(block, [0])).rejects.toThrow('division by zero')
    end()
    await connection.rollback()
    await connection.execute('DROP TABLE IF EXISTS absent')
    expect(told).toEqual([
      [true, 'DROP TABLE IF EXISTS absent', [], 'table "absent" does not exist, skipping'],
      [true, block, [5], 'told 5'],
      [true, block, [0], 'told 0'],
    ])
  })

  it('of a commit are told with the last statement of its flight, and listeners of one connection hear its own only', async () => {
    await using connection = await engine.connect()
    const told: string[] = []
    connection.on('notice', ({ sql, notice }) => told.push(`${sql}: ${notice.message}`))
    const deferred = `CREATE TEMPORARY TABLE late (id int);
      CREATE FUNCTION pg_temp.say() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE NOTICE 'at the end'; RETURN NULL; END $$;
      CREATE CONSTRAINT TRIGGER late AFTER INSERT ON late DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION pg_temp.say()`
    for (const sql of deferred.split(/;\n/)) await connection.execute(sql)
    await connection.commit()
    await connection.execute('INSERT INTO late VALUES (1)')
    expect(told).toEqual([])
    await connection.commit()
    await connection.close()
    await engine.execute('DROP TABLE IF EXISTS absent')
    expect(told).toEqual(['COMMIT: at the end'])
  })

  it('that a listener does not take fail what made the server say so, which was done all the same', async () => {
    await using connection = await engine.connect()
    connection.on('notice', () => {
      throw new Error('not now')
    })
    await expect(connection.execute('DROP TABLE IF EXISTS absent')).rejects.toThrow(new Error('not now'))
    expect(await connection.execute('SELECT 1').scalar()).toBe(1)
  })
})
