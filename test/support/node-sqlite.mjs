// Lets programs of their own process find `node:sqlite` on versions of Node that have none: `node --import=<this file>`.

import { isBuiltin, register } from 'node:module'

const HOOKS = `export const resolve = (specifier, context, next) =>
  next(specifier === 'node:sqlite' ? '@photostructure/sqlite' : specifier, context)`

if (!isBuiltin('node:sqlite')) register(`data:text/javascript,${encodeURIComponent(HOOKS)}`, import.meta.url)
