// Lets programs of their own process find `node:sqlite` on versions of Node that have none, and better-sqlite3 where SQLITE asks for
// it and it is not installed as a user would: `node --import=<this file>`.

import { isBuiltin, register } from 'node:module'

const better = new URL('../better-sqlite3/node_modules/better-sqlite3/lib/index.js', import.meta.url).href

/** @type {Record<string, string>} */
const places = {
  ...(isBuiltin('node:sqlite') ? {} : { 'node:sqlite': '@photostructure/sqlite' }),
  ...(process.env.SQLITE === 'better-sqlite3' ? { 'better-sqlite3': better } : {}),
}
const HOOKS = `const places = new Map(Object.entries(${JSON.stringify(places)}))
export const resolve = (specifier, context, next) => next(places.get(specifier) ?? specifier, context)`

if (Object.keys(places).length > 0) register(`data:text/javascript,${encodeURIComponent(HOOKS)}`, import.meta.url)
