// Settings of a session that would change what its texts mean.
import { afterEach, describe, expect, test } from 'vitest'
import type { DriverConnection } from '../../../../src/dialect/contract/driver.ts'
import { createPostgresDriver } from '../../../../src/dialect/postgresql/driver/index.ts'
import { command, failure, rows, serverOptions } from './support.ts'

const connections: DriverConnection[] = []
afterEach(async () => {
  for (const connection of connections.splice(0)) await connection.close()
})

async function connect(): Promise<DriverConnection> {
  const connection = await createPostgresDriver(serverOptions()).connect()
  connections.push(connection)
  return connection
}

describe('a style in which nothing is read', () => {
  test.each([
    ["SET DateStyle = 'German'", 'DateStyle German, DMY, but dates and times are read'],
    ["SET LOCAL DateStyle = 'SQL'", 'DateStyle SQL, MDY, but dates and times are read'],
    ["SELECT set_config('datestyle', 'Postgres', false)", 'DateStyle Postgres, MDY, but dates and times are read'],
    ["SET IntervalStyle = 'sql_standard'", 'IntervalStyle sql_standard, but intervals are read'],
  ])('ends the session: %s', async (sql, told) => {
    const connection = await connect()
    const error = await failure(connection.run([command('BEGIN'), command(sql)]))
    expect(error).toMatchObject({ disconnected: true, sent: true, commandIndex: null })
    expect(error.message).toContain(`the session was given the ${told}`)
    await expect(connection.run([command("SELECT '2024-02-03'::date")])).rejects.toThrow('cannot be used any more')
  })

  test('is no matter where it is gone again, or says only how dates are written', async () => {
    const connection = await connect()
    await connection.run([command("SET DateStyle = 'German'"), command("SET DateStyle = 'ISO, DMY'")])
    await connection.run([
      command('BEGIN'),
      command("SET LOCAL IntervalStyle = 'iso_8601'"),
      command('COMMIT'),
      command("SET DateStyle = 'DMY'"),
    ])
    expect(await rows(connection, "SELECT '03/02/2024'::date")).toEqual([['2024-02-03']])
  })
})
