// The package `better-sqlite3`, an optional peer that is loaded when the first engine wants it.
import { createRequire } from 'node:module'
import { DriverError } from '../../contract/driver.ts'
import type {
  Bindings,
  DatabaseHandle,
  OpenFlags,
  OwnAggregate,
  OwnFunction,
  PreparedStatement,
  SqliteLibrary,
  Stored,
  StoredColumn,
} from './library.ts'

interface NativeStatement {
  readonly reader: boolean
  columns(): readonly { readonly name: string; readonly type: string | null }[]
  raw(on: boolean): NativeStatement
  safeIntegers(on: boolean): NativeStatement
  all(values: Bindings): Stored[][]
  iterate(values: Bindings): IterableIterator<Stored[]>
  run(values: Bindings): { readonly changes: number }
}

interface NativeDatabase {
  readonly inTransaction: boolean
  prepare(sql: string): NativeStatement
  exec(sql: string): void
  function(name: string, options: object, call: (...args: Stored[]) => Stored): void
  aggregate(name: string, options: object): void
  unsafeMode(on: boolean): void
  close(): void
}

type NativeClass = new (path: string, options: object) => NativeDatabase

/** Loads the package; rejects where it is not installed. */
export async function loadBetterSqlite3(): Promise<SqliteLibrary> {
  // Not a name that the compiler looks up: it need not be installed.
  const loaded = (await import('better-sqlite3' as string)) as { readonly default: NativeClass }
  const Database = loaded.default
  checkNode()
  // Its binary is loaded by the first database: one that was built for another version of Node is none.
  new Database(':memory:', {}).close()
  return {
    name: 'better-sqlite3',
    // Who finds the database locked waits in the program's own time, not by stopping it.
    open: (path, { readOnly }: OpenFlags) =>
      new BetterHandle(new Database(path, { readonly: readOnly, fileMustExist: readOnly, timeout: 0 })),
    codeOf(error) {
      const { code } = error as { readonly code?: unknown }
      return typeof code === 'string' && code.startsWith('SQLITE_') ? code : null
    },
  }
}

/**
 * From 13 on its one binary is for all newer versions of Node.js, and an older one does not refuse it, but crashes.
 *
 * @throws DriverError this Node.js is older than the package asks for.
 */
function checkNode(): void {
  const { version, engines } = packageOf()
  const least = /^>=\s*(\d+)/.exec(engines?.node ?? '')?.[1]
  if (least === undefined || Number(process.versions.node.split('.')[0]) >= Number(least)) return
  throw new DriverError(
    `better-sqlite3 ${version} needs Node.js ${least} or newer, and this is ${process.version}: run \`npm install better-sqlite3@12\``,
    { disconnected: true, sent: false },
  )
}

function packageOf(): { readonly version?: string; readonly engines?: { readonly node?: string } } {
  try {
    return createRequire(import.meta.url)('better-sqlite3/package.json')
  } catch {
    // A bundle, or something put in its place.
    return {}
  }
}

class BetterHandle implements DatabaseHandle {
  readonly #database: NativeDatabase

  constructor(database: NativeDatabase) {
    this.#database = database
  }
  get inTransaction(): boolean {
    return this.#database.inTransaction
  }
  prepare(sql: string): PreparedStatement {
    return new BetterStatement(this.#database.prepare(sql))
  }
  exec(sql: string): void {
    this.#database.exec(sql)
  }
  define({ name, arity, deterministic, call }: OwnFunction): void {
    const varargs = arity < 0
    const options = { deterministic, safeIntegers: true, varargs }
    // How many arguments a function takes is read from the function itself.
    const own = (...args: Stored[]): Stored => call(...args)
    Object.defineProperty(own, 'length', { value: varargs ? 0 : arity })
    this.#database.function(name, options, own)
  }
  defineAggregate({ name, start, step, inverse, result }: OwnAggregate): void {
    this.#database.aggregate(name, { start, step, inverse, result, deterministic: true, safeIntegers: true })
  }
  allowInterleaving(allowed: boolean): void {
    this.#database.unsafeMode(allowed)
  }
  close(): void {
    this.#database.close()
  }
}

class BetterStatement implements PreparedStatement {
  readonly #statement: NativeStatement
  #wide = false

  constructor(statement: NativeStatement) {
    this.#statement = statement
    if (statement.reader) statement.raw(true)
  }
  readonly columns = (): readonly StoredColumn[] | null => {
    if (!this.#statement.reader) return null
    return this.#statement.columns().map(({ name, type }) => ({ name, declared: type }))
  }
  all(values: Bindings, wide: boolean): Stored[][] {
    this.#widen(wide)
    return this.#statement.all(values)
  }
  run(values: Bindings): number {
    return this.#statement.run(values).changes
  }
  each(values: Bindings, wide: boolean): IterableIterator<Stored[]> {
    this.#widen(wide)
    return this.#statement.iterate(values)
  }
  #widen(wide: boolean): void {
    if (this.#wide === wide) return
    this.#statement.safeIntegers(wide)
    this.#wide = wide
  }
}
