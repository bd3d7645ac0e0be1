// `Dialect`: the one interface that names the parts of a database's spelling and speech.
import type { DBAPIError } from '../errors.ts'
import type { Element } from '../expression/base/element.ts'
import type { Executable } from '../expression/base/executable.ts'
import type { SqlType, TypeHost } from '../expression/types/type.ts'
import type { Compiled, CompileOptions } from './contract/compiled.ts'
import type { CopySpelling } from './contract/copy.ts'
import type { Codec, Command, Driver, DriverError } from './contract/driver.ts'
import type { DialectFeatures } from './contract/features.ts'
import type { Introspector } from './contract/introspector.ts'
import type { DriverSettings } from './contract/settings.ts'
import type { TransactionSpelling } from './contract/transactions.ts'

/** A kind of database. Immutable and shared by all engines of that kind with the same options. */
export interface Dialect extends TypeHost {
  /** `postgresql`, `sqlite`, `default`. */
  readonly name: string
  readonly features: DialectFeatures
  /** What it says of transactions besides BEGIN; left out where all are serializable and have one phase. */
  readonly transactions?: TransactionSpelling
  /**
   * @throws CompileError the statement contradicts itself or has no spelling here.
   */
  compile(statement: Element, options?: CompileOptions): Compiled
  /** A statement with holes as it is sent for the values of one execution: its lists are written out. `values` are processed, an array for each list. */
  expandLists(compiled: Compiled, values: readonly unknown[]): Command
  /** The type as DDL and casts spell it: `VARCHAR(50)`. */
  typeName(type: SqlType): string
  /** How values of the type travel; null where the server decides. */
  codec(type: SqlType): Codec | null
  /** How rows are moved in bulk; absent where `features.copy` is false. */
  readonly copy?: CopySpelling
  createDriver(settings: DriverSettings): Driver
  /** A statement for BEGIN with the isolation level and access mode asked for, in one command. */
  beginStatement(options: BeginOptions): string
  /** A driver's failure as the public error class that its SQLSTATE belongs to. */
  wrapError(error: DriverError, context: ErrorContext): DBAPIError
  /** A statement by which the transaction's foreign keys are not checked before COMMIT; left out where constraints can be dropped. */
  readonly deferForeignKeys?: string
  /** A statement with one boolean row: whether the table exists. */
  hasTableStatement(name: string, schema: string | null): Executable
  /** A statement with one boolean row: whether the type exists. */
  hasTypeStatement(name: string, schema: string | null): Executable
  /** What reads the database's catalogs; its code is loaded when it is first asked for. */
  introspector(): Promise<Introspector>
  /** A value as literal SQL, safe in this dialect. */
  literal(value: unknown, type: SqlType): string
  /** A name, quoted by rule. */
  quote(name: string): string
}

/** How a transaction begins. */
export interface BeginOptions {
  readonly isolationLevel?: IsolationLevel
  readonly readOnly?: boolean
  readonly deferrable?: boolean
}

/** The isolation levels of the SQL standard, as SQLAlchemy spells them. */
export type IsolationLevel = 'READ UNCOMMITTED' | 'READ COMMITTED' | 'REPEATABLE READ' | 'SERIALIZABLE'

/** What an error message tells of the statement. */
export interface ErrorContext {
  readonly statement: string | null
  readonly parameters: readonly unknown[] | null
  readonly hideParameters: boolean
}
