// The pass file: which line fits, and who may read it.
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import { createPostgresDriver } from '../../../../src/dialect/postgresql/driver/index.ts'
import { findPassword, passwordFromFile } from '../../../../src/dialect/postgresql/driver/pass-file.ts'
import { warningsOf } from '../settings/warnings.ts'
import { failure, serverOptions } from './support.ts'

const request = { host: 'db', port: 5432, user: 'scott', database: 'shop' }

describe('the first line that fits gives the password', () => {
  test.each([
    ['db:5432:shop:scott:tiger', 'tiger'],
    ['db:5432:shop:scott:tiger\r\n', 'tiger'],
    ['db:5433:shop:scott:no\n*:*:*:*:any\ndb:5432:shop:scott:late', 'any'],
    ['#db:5432:shop:scott:no\n\n\ndb:*:shop:*:yes', 'yes'],
    ['db:5432:shop:scott:a\\:b\\\\c', 'a:b\\c'],
    ['db:5432:shop:scott:a:b', 'a'],
    // Tried with psql 15: it asks no further, and says that there is no password.
    ['db:5432:shop:scott:\n*:*:*:*:next', null],
    ['db:5432:shop:scott\n*:*:*:*:next', 'next'],
    ['db:5432:shop:scott', null],
    ['db:5432:shop:scot:no', null],
    ['DB:5432:shop:scott:no', null],
    ['\\*:5432:shop:scott:no', null],
    ['', null],
    ['db:5432:shop:scott:\\', '\\'],
  ])('%j', (text, password) => {
    expect(findPassword(text, request)).toBe(password)
  })

  test('escapes in what is compared; sockets of the default folders are localhost', () => {
    expect(findPassword('a\\:b\\\\:5432:s:u:p', { ...request, host: 'a:b\\', database: 's', user: 'u' })).toBe('p')
    expect(findPassword('localhost:*:*:*:p', { ...request, host: '/var/run/postgresql' })).toBe('p')
    expect(findPassword('localhost:*:*:*:p', { ...request, host: '/elsewhere' })).toBe(null)
    expect(findPassword('/elsewhere:*:*:*:p', { ...request, host: '/elsewhere' })).toBe('p')
  })

  test('whatever the parts hold, escaped they are found', () => {
    const part = fc.string({ unit: 'grapheme', minLength: 1 }).filter((value) => !/[\n\r\0]/.test(value))
    const escape = (value: string): string => value.replaceAll(/[\\:]/g, '\\$&')
    fc.assert(
      fc.property(part, part, part, part, (host, database, user, password) => {
        fc.pre(!host.startsWith('#') && ![host, database, user].includes('*'))
        const line = [host, '5432', database, user, password].map(escape).join(':')
        expect(findPassword(`x:1:y:z:w\n${line}\n`, { host, port: 5432, database, user })).toBe(password)
      }),
      { numRuns: 200 },
    )
  })
})

describe('the file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tsalchemy-pass-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  const file = join(folder, 'pgpass')

  test('is read at each connect, where no password is given', async () => {
    const { password, ...rest } = serverOptions()
    writeFileSync(file, '*:*:*:*:wrong\n', { mode: 0o600 })
    const driver = createPostgresDriver({ ...rest, passFile: file })
    const hint = `The password is from the pass file ${file}`
    expect((await failure(driver.connect())).fields).toMatchObject({ sqlState: '28P01', hint })
    writeFileSync(file, `${rest.host}:${rest.port}:${rest.database}:${rest.user}:${String(password)}\n`)
    await (await driver.connect()).close()
    const explicit = createPostgresDriver({ ...rest, password: 'wr0ng', passFile: file })
    expect((await failure(explicit.connect())).fields).toMatchObject({ sqlState: '28P01' })
    expect((await failure(explicit.connect())).fields?.hint).toBe(undefined)
    const empty = createPostgresDriver({ ...rest, password: '', passFile: file })
    await (await empty.connect()).close()
  })

  test('that others can read is not used, with a warning', async () => {
    writeFileSync(file, '*:*:*:*:p\n')
    for (const [mode, used] of [
      [0o600, true],
      [0o400, true],
      [0o640, false],
      [0o604, false],
    ] as const) {
      chmodSync(file, mode)
      const [messages, found] = await warningsOf(() => passwordFromFile(file, request))
      expect(found).toBe(used ? 'p' : null)
      expect(messages).toEqual(
        used ? [] : [expect.stringContaining(`The pass file ${file} is not used: group or others`)],
      )
    }
  })

  test('that is a folder is not used; one that is not there is no matter', async () => {
    const [messages, found] = await warningsOf(() => passwordFromFile(folder, request))
    expect([messages, found]).toEqual([[expect.stringContaining('not a plain file')], null])
    expect(await warningsOf(() => passwordFromFile(join(folder, 'absent'), request))).toEqual([[], null])
  })
})
