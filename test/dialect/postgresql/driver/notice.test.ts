// Notices belong to the command that gave them; notifications come to whoever listens.

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { DriverConnection, DriverNotification } from '../../../../src/dialect/contract/driver.ts'
import { createPostgresDriver } from '../../../../src/dialect/postgresql/driver/index.ts'
import { command, rows, run, serverOptions, sharedConnection } from './support.ts'

const say = (what: string): string => `DO $$ BEGIN RAISE NOTICE '${what}'; END $$`

describe.each(['postgresql', 'pglite'])('on %s', (name) => {
  const shared = sharedConnection(name)

  test('a notice is found at the command that gave it', async () => {
    const results = await shared().run([
      command('SELECT 1'),
      command(say('one')),
      command('SELECT 2'),
      command(
        "DO $$ BEGIN RAISE NOTICE 'two'; RAISE WARNING USING MESSAGE = 'three', DETAIL = 'd', HINT = 'h'; END $$",
      ),
    ])
    expect(results.map((result) => result.notices)).toEqual([
      undefined,
      [{ severity: 'NOTICE', sqlState: '00000', message: 'one' }],
      undefined,
      [
        { severity: 'NOTICE', sqlState: '00000', message: 'two' },
        { severity: 'WARNING', sqlState: '01000', message: 'three', detail: 'd', hint: 'h' },
      ],
    ])
    expect((await run(shared(), 'SELECT 3')).notices).toBeUndefined()
  })

  test('what is said at the end of the transaction belongs to the last command', async () => {
    await run(shared(), 'CREATE TABLE spoken (a int)')
    await run(
      shared(),
      `CREATE FUNCTION speak() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE NOTICE 'deferred'; RETURN NULL; END $$`,
    )
    await run(
      shared(),
      'CREATE CONSTRAINT TRIGGER speaking AFTER INSERT ON spoken DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION speak()',
    )
    const results = await shared().run([command('SELECT 1'), command('INSERT INTO spoken VALUES (1)')])
    expect(results.map((result) => result.notices?.map((notice) => notice.message))).toEqual([undefined, ['deferred']])
    await run(shared(), 'DROP TABLE spoken')
  })

  test('a session hears what it sent itself', async () => {
    const heard: DriverNotification[] = []
    shared().onNotification?.((notification) => heard.push(notification))
    await run(shared(), 'LISTEN own')
    await run(shared(), "SELECT pg_notify('own', 'a ' || chr(228))")
    await run(shared(), 'UNLISTEN own')
    expect(heard).toEqual([{ channel: 'own', payload: 'a ä', processId: heard[0]?.processId }])
  })
})

describe('on a server', () => {
  const shared = sharedConnection('postgresql')
  let other: DriverConnection
  beforeAll(async () => {
    other = await createPostgresDriver(serverOptions()).connect()
  })
  afterAll(() => other.close())

  test('a notification comes to a session at rest', async () => {
    await run(shared(), 'LISTEN news')
    const heard = new Promise<DriverNotification>((resolve) => shared().onNotification?.(resolve))
    await rows(other, "SELECT pg_notify('news', 'x')")
    expect(await heard).toEqual({ channel: 'news', payload: 'x', processId: other.processId })
  })
})
