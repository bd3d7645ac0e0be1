// Options of Node for programs in processes of their own.
import { isBuiltin } from 'node:module'

/** They find `node:sqlite` on every version of Node, and none says that it is experimental. */
export const withSqlite: string = [
  `--import=${new URL('node-sqlite.mjs', import.meta.url).href}`,
  ...(isBuiltin('node:sqlite') ? ['--disable-warning=ExperimentalWarning'] : []),
].join(' ')
