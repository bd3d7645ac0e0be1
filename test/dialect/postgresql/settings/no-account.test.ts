// A process whose account the system does not know, as in containers that run with any number for a user.
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createEngine } from '../../../../src/engine/create.ts'
import { ArgumentError } from '../../../../src/errors.ts'
import { postgresUrl } from '../../../support/server.ts'

const unknown = (): never => {
  throw new Error('A system error occurred: uv_os_get_passwd returned ENOENT (no such file or directory)')
}

vi.mock('node:os', async (original) => {
  const os = await original<typeof import('node:os')>()
  return { ...os, homedir: () => unknown(), userInfo: () => unknown() }
})

beforeEach(() => {
  vi.stubEnv('PGUSER', '')
  vi.stubEnv('PGSERVICE', '')
})
afterEach(() => {
  vi.unstubAllEnvs()
})

test('connects where a user is named', async () => {
  const engine = createEngine(postgresUrl())
  expect(await engine.execute('SELECT 1').scalarOne()).toBe(1)
  await engine.dispose()
})

test('is told to name one where none is', async () => {
  const opened = async (): Promise<unknown> => createEngine('postgresql://127.0.0.1:1/nothing').ready()
  await expect(opened()).rejects.toThrow(ArgumentError)
  await expect(opened()).rejects.toThrow(
    /^no user is given \(user, PGUSER\), and the account of the process, which stands in for it, has no name$/,
  )
})
