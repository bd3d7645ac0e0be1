// Node's own `node:sqlite`, where the runtime has it.
import { OperationalError } from '../../../errors.ts'
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
  columns(): readonly { readonly name: string; readonly type: string | null }[]
  setReturnArrays(on: boolean): void
  setReadBigInts(on: boolean): void
  all(...values: unknown[]): Stored[][]
  iterate(...values: unknown[]): IterableIterator<Stored[]>
  run(...values: unknown[]): { readonly changes: number | bigint }
}

interface NativeDatabase {
  readonly isTransaction?: boolean
  prepare(sql: string): NativeStatement
  exec(sql: string): void
  function(name: string, options: object, call: (...args: Stored[]) => Stored): void
  aggregate(name: string, options: object): void
  close(): void
}

interface NativeModule {
  readonly DatabaseSync: (new (path: string, options: object) => NativeDatabase) & { readonly prototype: object }
  readonly StatementSync?: { readonly prototype: object }
}

/** Loads the module; rejects where the runtime has none, or one that lacks what is needed. */
export async function loadNodeSqlite(): Promise<SqliteLibrary> {
  const { DatabaseSync, StatementSync } = (await import('node:sqlite' as string)) as NativeModule
  const lacks =
    !('aggregate' in DatabaseSync.prototype) ||
    (StatementSync !== undefined &&
      !('setReturnArrays' in StatementSync.prototype && 'columns' in StatementSync.prototype))
  if (lacks)
    throw new OperationalError(
      `node:sqlite of Node.js ${process.version} lacks what is needed: use Node.js 22.16 or newer`,
    )
  return {
    name: 'node:sqlite',
    open: (path, { readOnly }: OpenFlags) =>
      new NodeHandle(new DatabaseSync(path, { readOnly, timeout: 0, enableDoubleQuotedStringLiterals: false })),
    codeOf,
  }
}

class NodeHandle implements DatabaseHandle {
  readonly #database: NativeDatabase

  constructor(database: NativeDatabase) {
    this.#database = database
  }
  get inTransaction(): boolean {
    return this.#database.isTransaction ?? this.#probe()
  }
  /** Older versions cannot be asked, but refuse to begin a transaction in another. */
  #probe(): boolean {
    try {
      this.#database.exec('BEGIN')
    } catch {
      return true
    }
    this.#database.exec('ROLLBACK')
    return false
  }
  prepare(sql: string): PreparedStatement {
    return new NodeStatement(this.#database.prepare(sql))
  }
  exec(sql: string): void {
    this.#database.exec(sql)
  }
  define({ name, arity, deterministic, call }: OwnFunction): void {
    const varargs = arity < 0
    const own = (...args: Stored[]): Stored => call(...args)
    Object.defineProperty(own, 'length', { value: varargs ? 0 : arity })
    this.#database.function(name, { deterministic, useBigIntArguments: true, varargs }, own)
  }
  defineAggregate({ name, start, step, inverse, result }: OwnAggregate): void {
    this.#database.aggregate(name, { start, step, inverse, result, useBigIntArguments: true })
  }
  allowInterleaving(): void {
    // Always allowed.
  }
  close(): void {
    this.#database.close()
  }
}

class NodeStatement implements PreparedStatement {
  readonly #statement: NativeStatement

  constructor(statement: NativeStatement) {
    this.#statement = statement
    statement.setReturnArrays(true)
    // As numbers, those that are no safe integers would end the statement in the middle.
    statement.setReadBigInts(true)
  }
  readonly columns = (): readonly StoredColumn[] | null => {
    const columns = this.#statement.columns()
    return columns.length === 0 ? null : columns.map(({ name, type }) => ({ name, declared: type }))
  }
  all(values: Bindings): Stored[][] {
    return this.#statement.all(...argumentsOf(values))
  }
  run(values: Bindings): number {
    return Number(this.#statement.run(...argumentsOf(values)).changes)
  }
  each(values: Bindings): IterableIterator<Stored[]> {
    return new Rows(this.#statement, this.#statement.iterate(...argumentsOf(values)))
  }
}

/** Rows one by one. They hold their statement, which their own iterator does not: a statement that is collected in the middle ends the process. */
class Rows implements IterableIterator<Stored[]> {
  readonly statement: NativeStatement
  readonly #rows: IterableIterator<Stored[]>

  constructor(statement: NativeStatement, rows: IterableIterator<Stored[]>) {
    this.statement = statement
    this.#rows = rows
  }

  next(): IteratorResult<Stored[]> {
    return this.#rows.next()
  }

  return(): IteratorResult<Stored[]> {
    return this.#rows.return?.() ?? { done: true, value: undefined }
  }

  [Symbol.iterator](): this {
    return this
  }
}

function argumentsOf(values: Bindings): readonly unknown[] {
  return Array.isArray(values) ? values : [values]
}

const CODES: readonly string[] = [
  'OK ERROR INTERNAL PERM ABORT BUSY LOCKED NOMEM READONLY INTERRUPT IOERR CORRUPT NOTFOUND FULL CANTOPEN PROTOCOL EMPTY SCHEMA',
  'TOOBIG CONSTRAINT MISMATCH MISUSE NOLFS AUTH FORMAT RANGE NOTADB',
].flatMap((line) => line.split(' '))

/** Extended codes that mean more than their first byte. */
const EXTENDED: Readonly<Record<number, string>> = {
  261: 'SQLITE_BUSY_RECOVERY',
  275: 'SQLITE_CONSTRAINT_CHECK',
  517: 'SQLITE_BUSY_SNAPSHOT',
  787: 'SQLITE_CONSTRAINT_FOREIGNKEY',
  1299: 'SQLITE_CONSTRAINT_NOTNULL',
  1555: 'SQLITE_CONSTRAINT_PRIMARYKEY',
  1811: 'SQLITE_CONSTRAINT_TRIGGER',
  2067: 'SQLITE_CONSTRAINT_UNIQUE',
  2579: 'SQLITE_CONSTRAINT_ROWID',
  3091: 'SQLITE_CONSTRAINT_DATATYPE',
}

function codeOf(error: unknown): string | null {
  const { errcode } = error as { readonly errcode?: unknown }
  if (typeof errcode !== 'number') return null
  const name = CODES[errcode & 0xff]
  return EXTENDED[errcode] ?? (name === undefined ? 'SQLITE_ERROR' : `SQLITE_${name}`)
}
