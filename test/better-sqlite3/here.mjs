// Whether better-sqlite3 is installed beside the project, and was built for the version of Node.js that asks. As a program it
// ends without a code where it is.

import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'

/** @returns {boolean} */
export function isBetterSqlite3Here() {
  try {
    const Database = createRequire(import.meta.url)('./node_modules/better-sqlite3')
    new Database(':memory:').close()
    return true
  } catch {
    return false
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.exitCode = isBetterSqlite3Here() ? 0 : 1
