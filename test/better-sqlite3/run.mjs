// Installs better-sqlite3 beside the project, where this machine can, and runs the tests of SQLite through it as well: its own, and
// those of all suites that run on every database.

import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const here = fileURLToPath(new URL('.', import.meta.url))
const root = fileURLToPath(new URL('../..', import.meta.url))
const shell = process.platform === 'win32'

/**
 * @param {string[]} args
 * @param {string} cwd
 * @param {Record<string, string>} env
 */
const run = (args, cwd, env = {}) =>
  spawnSync(args[0] ?? '', args.slice(1), { cwd, shell, stdio: 'inherit', env: { ...process.env, ...env } }).status ===
  0

/** The files whose tests run on every database. */
function suites() {
  const tests = join(root, 'test')
  return readdirSync(tests, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.test.ts') && !file.includes('node_modules'))
    .filter((file) => readFileSync(join(tests, file), 'utf8').includes('sqlDatabases('))
    .map((file) => `test/${file.replaceAll('\\', '/')}`)
}

// In a process of its own: what could not be loaded once is not looked at again.
const isHere = () => run([process.execPath, 'here.mjs'], here)

if (!isHere()) run(['npm', 'ci', '--no-audit', '--no-fund'], here)
if (isHere()) {
  const own = run(['npx', 'vitest', 'run', 'test/dialect/sqlite'], root)
  const all = run(['npx', 'vitest', 'run', '-t', 'sqlite', ...suites()], root, { SQLITE: 'better-sqlite3' })
  process.exitCode = own && all ? 0 : 1
} else console.log('better-sqlite3 could be neither downloaded nor built on this machine: its tests were not run')
