// A library for SQLite that is installed and cannot be loaded, in a program of its own: what is to be done is told.
import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { withSqlite } from '../../support/node-options.ts'

const root = fileURLToPath(new URL('../../..', import.meta.url))

/** What a program prints that finds a module which throws this in the place of the package. */
function told(code: string, message: string): Promise<string> {
  return toldOf(`throw Object.assign(new Error(${JSON.stringify(message)}), { code: ${JSON.stringify(code)} })`)
}

/** What it prints where this is the package's module. */
async function toldOf(standIn: string, variables: Readonly<Record<string, string>> = {}): Promise<string> {
  const hooks = `export const resolve = (specifier, context, next) => specifier === 'better-sqlite3'
    ? { url: ${JSON.stringify(`data:text/javascript,${encodeURIComponent(standIn)}`)}, shortCircuit: true }
    : next(specifier, context)`
  const program = `
    import { register } from 'node:module'
    register(${JSON.stringify(`data:text/javascript,${encodeURIComponent(hooks)}`)})
    const { createEngine } = await import('./src/index.ts')
    const engine = createEngine('sqlite+better-sqlite3://')
    await engine.execute('SELECT 1').catch(({ name, message }) => console.log(name + ': ' + message))
    await engine.dispose()
  `
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--import', 'tsx', '--input-type=module', '--eval', program],
    { cwd: root, timeout: 60_000, env: { ...process.env, NODE_OPTIONS: withSqlite, ...variables } },
  )
  return stdout.trim()
}

test.each([
  ['at first', "The module 'x.node'\nwas compiled against a different Node.js version using\nNODE_MODULE_VERSION 115."],
  ['from then on', "Module did not self-register: 'x.node'."],
])('a binary for another version of Node.js is to be built again, as Node.js says it %s', async (_when, message) => {
  expect(await told('ERR_DLOPEN_FAILED', message)).toBe(
    `OperationalError: better-sqlite3 was built for another version of Node.js than ${process.version}: ` +
      `run \`npm rebuild better-sqlite3\` (${message.split('\n')[0]})`,
  )
})

test.each([
  ['ERR_DLOPEN_FAILED', 'libstdc++.so.6: cannot open shared object file'],
  ['ERR_MODULE_NOT_FOUND', "Cannot find package 'better-sqlite3'"],
])('any other failure is told as it is: %s', async (code, message) => {
  expect(await told(code, message)).toBe(
    `OperationalError: better-sqlite3 cannot be loaded: run \`npm install better-sqlite3\` (${message})`,
  )
})

test('a version for a newer Node.js, which would crash this one, is not used', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'tsalchemy-better-sqlite3-'))
  try {
    const made = join(folder, 'better-sqlite3')
    mkdirSync(made)
    const manifest = { name: 'better-sqlite3', version: '13.2.0', engines: { node: '>=99' } }
    writeFileSync(join(made, 'package.json'), JSON.stringify(manifest))
    const standIn = 'export default class { constructor() { process.abort() } }'
    expect(await toldOf(standIn, { NODE_PATH: folder })).toBe(
      `OperationalError: better-sqlite3 13.2.0 needs Node.js 99 or newer, and this is ${process.version}: run \`npm install better-sqlite3@12\``,
    )
  } finally {
    rmSync(folder, { recursive: true })
  }
})
