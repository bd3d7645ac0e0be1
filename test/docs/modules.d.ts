// A package that an example imports and that does not exist.

declare module 'tsalchemy-mydb' {
  import type { Dialect } from '../../src/dialect/dialect.ts'
  export const create: (...args: unknown[]) => Dialect
}
