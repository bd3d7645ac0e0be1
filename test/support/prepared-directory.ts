// A PGlite directory that has been through initdb, kept in `.cache`: what the tests' databases in memory start from.

import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { PGlite } from '../../node_modules/@electric-sql/pglite/dist/index.js'
import manifest from '../../node_modules/@electric-sql/pglite/package.json' with { type: 'json' }

const cache = fileURLToPath(new URL('../../.cache/', import.meta.url))
const file = `${cache}pglite-${manifest.version}.tar`

/** Makes the directory where it is not there yet: once a checkout, some seconds. */
export async function prepareDirectory(): Promise<void> {
  if (existsSync(file)) return
  const database = await PGlite.create()
  const made = new Uint8Array(await (await database.dumpDataDir('none')).arrayBuffer())
  await database.close()
  mkdirSync(cache, { recursive: true })
  // Several runs may come here at once: each writes a file of its own, and the last name wins.
  const own = `${file}.${process.pid}`
  writeFileSync(own, made)
  renameSync(own, file)
}

/** The directory as `loadDataDir` takes it. */
export function preparedDirectory(): Blob {
  return new Blob([new Uint8Array(readFileSync(file))])
}
