// Installs better-sqlite3 beside the project, where this machine can, and runs the tests of SQLite through it as well.

import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const here = fileURLToPath(new URL('.', import.meta.url))
const root = fileURLToPath(new URL('../..', import.meta.url))
const shell = process.platform === 'win32'

/**
 * @param {string[]} args
 * @param {string} cwd
 */
const run = (args, cwd) => spawnSync(args[0] ?? '', args.slice(1), { cwd, shell, stdio: 'inherit' }).status === 0

const installed = join(here, 'node_modules/better-sqlite3/build/Release/better_sqlite3.node')
if (!existsSync(installed)) run(['npm', 'ci', '--no-audit', '--no-fund'], here)
if (existsSync(installed)) process.exitCode = run(['npx', 'vitest', 'run', 'test/dialect/sqlite'], root) ? 0 : 1
else console.log('better-sqlite3 could be neither downloaded nor built on this machine: its tests were not run')
