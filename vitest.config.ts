// How the tests run: decorators of both dialects, the package under its public name, one server for the run.

import { isBuiltin } from 'node:module'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import { isBetterSqlite3Here } from './test/better-sqlite3/here.mjs'
import { standardDecorators } from './test/support/standard-decorators.ts'

// Installed by test/better-sqlite3/run.mjs, where it can be: it is built when it is installed.
const betterSqlite3 = fileURLToPath(new URL('test/better-sqlite3/node_modules/better-sqlite3', import.meta.url))

const source = (path: string): string => fileURLToPath(new URL(`./src/${path}`, import.meta.url))

// Rooms whose files run one after the other in one process: the library is loaded once for them and not for each file, which is more
// than half of the time that a file of theirs takes. What changes registries, or measures the process, is named `*.alone.*`.
const together = ['expression', 'dialect/compile', 'orm'].map((room) => `test/${room}/**/!(*.alone*).test.ts`)

export default defineConfig({
  plugins: [standardDecorators()],
  oxc: { decorator: { legacy: true, emitDecoratorMetadata: true } },
  resolve: {
    alias: [
      {
        find: /^@electric-sql\/pglite$/,
        replacement: fileURLToPath(new URL('test/support/pglite.ts', import.meta.url)),
      },
      { find: /^tsalchemy$/, replacement: source('index.ts') },
      { find: /^tsalchemy\/orm$/, replacement: source('orm/index.ts') },
      { find: /^tsalchemy\/opentelemetry$/, replacement: source('opentelemetry/index.ts') },
      ...(isBetterSqlite3Here() ? [{ find: /^better-sqlite3$/, replacement: `${betterSqlite3}/lib/index.js` }] : []),
      { find: /^tsalchemy\/sqlite$/, replacement: source('dialect/sqlite/index.ts') },
      ...(isBuiltin('node:sqlite') ? [] : [{ find: /^node:sqlite$/, replacement: '@photostructure/sqlite' }]),
      { find: /^tsalchemy\/postgresql$/, replacement: source('dialect/postgresql/index.ts') },
    ],
  },
  test: {
    projects: [
      { extends: true, test: { name: 'together', include: together, isolate: false } },
      { extends: true, test: { name: 'alone', include: ['test/**/*.test.ts'], exclude: together } },
    ],
    globalSetup: ['test/support/global-setup.ts'],
    setupFiles: ['test/support/setup.ts'],
    // Two at least: half of the time a test waits for a database.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    testTimeout: 20_000,
    hookTimeout: 30_000,
  },
})
