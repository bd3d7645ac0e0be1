// Options of how a statement is run, which travel with it or are given where it is run; each with its default.
import { ArgumentError } from '../../errors.ts'
import { checkKeys, quoteName } from '../../nearest.ts'
import { showValue } from '../../show.ts'

/** Options of how statements are run: of an engine, a connection, a statement or one execution. */
export interface ExecutionOptions {
  /** Cancel a flight of statements that takes longer, on the server too, in milliseconds. Default: no limit. Raises `StatementTimeout`. */
  readonly timeoutMs?: number
  /** How many rows of `stream()` travel at a time; `execute()`, which gives all at once, refuses it. Default 1000. */
  readonly yieldPer?: number
  /**
   * Other schemas in place of those that tables, views, sequences and named types have: `{ '': 'tenant_1' }` for those that have
   * none. What is compiled is kept for each map. SQL written by hand stays as it is.
   */
  readonly schemaTranslateMap?: Readonly<Record<string, string | null>>
  /** null compiles anew and keeps nothing, for statements that never come again. Default: the engine's cache. */
  readonly compiledCache?: null
  /** How many rows travel in one INSERT of many rows. Default: the engine's choice. */
  readonly insertmanyvaluesPageSize?: number
  /** INSERT of many rows gives the rows of RETURNING in the order of the parameters, guaranteed. Default false: in any order. */
  readonly sortByParameterOrder?: boolean
  /** Stands in brackets in front of what the log says. Default: none. */
  readonly loggingToken?: string
  /** Whatever the application wants its listeners to find with the statement. */
  readonly info?: Readonly<Record<string, unknown>>
}

/** Options of how a statement is run, those of the ORM with them. */
export interface StatementExecutionOptions extends ExecutionOptions {
  /** Overwrite the attributes of objects that the session holds already, pending changes included. Default false. ORM only. */
  readonly populateExisting?: boolean
  /** Flush pending changes before the statement runs. Default true. ORM only. */
  readonly autoflush?: boolean
  /** How an ORM UPDATE or DELETE brings loaded objects up to date. Default 'auto'. ORM only. */
  readonly synchronizeSession?: 'auto' | 'evaluate' | 'fetch' | false
}

/** @internal The keys of {@link ExecutionOptions}. */
export const EXECUTION_KEYS: readonly (keyof ExecutionOptions)[] = [
  'timeoutMs',
  'yieldPer',
  'schemaTranslateMap',
  'compiledCache',
  'insertmanyvaluesPageSize',
  'sortByParameterOrder',
  'loggingToken',
  'info',
]

/** @internal The keys of {@link StatementExecutionOptions}. */
export const STATEMENT_KEYS: readonly (keyof StatementExecutionOptions)[] = [
  ...EXECUTION_KEYS,
  'populateExisting',
  'autoflush',
  'synchronizeSession',
]

const SESSION_FLAGS: readonly string[] = ['populateExisting', 'autoflush']

/** What belongs to a whole transaction, and so to no single statement of it. */
const OF_TRANSACTIONS: readonly string[] = ['isolationLevel', 'readOnly', 'deferrable']

/**
 * Refuses options of a statement that are unknown or cannot be.
 *
 * @throws ArgumentError
 */
export function checkStatementOptions(place: string, options: StatementExecutionOptions): void {
  refuseTransactionKeys(place, options)
  checkKeys(place, options, STATEMENT_KEYS, SESSION_FLAGS)
  checkExecutionValues(place, options)
  const sync: unknown = options.synchronizeSession
  if (sync !== undefined && sync !== false && sync !== 'auto' && sync !== 'evaluate' && sync !== 'fetch')
    throw new ArgumentError(`${place}: synchronizeSession is 'auto', 'evaluate', 'fetch' or false`)
}

/**
 * Refuses what belongs to a whole transaction.
 *
 * @throws ArgumentError
 */
export function refuseTransactionKeys(place: string, options: object): void {
  // It says what they must be.
  if (typeof options !== 'object' || options === null) checkKeys(place, options, [])
  for (const key of Object.keys(options))
    if (OF_TRANSACTIONS.includes(key))
      throw new ArgumentError(
        `${place}: ${key} is an option of connections and transactions, not of a statement: engine.connect({ ${key}: ... }), engine.begin(fn, { ${key}: ... }) or engine.executionOptions({ ${key}: ... })`,
      )
}

/**
 * Refuses values that cannot be.
 *
 * @throws ArgumentError
 */
export function checkExecutionValues(place: string, options: ExecutionOptions): void {
  const { timeoutMs, loggingToken, compiledCache, info } = options
  if (timeoutMs !== undefined && !(typeof timeoutMs === 'number' && timeoutMs > 0))
    throw new ArgumentError(
      `${place}: timeoutMs must be a positive number of milliseconds, got ${showValue(timeoutMs)}`,
    )
  checkCount(place, 'yieldPer', options.yieldPer)
  checkCount(place, 'insertmanyvaluesPageSize', options.insertmanyvaluesPageSize)
  if (loggingToken !== undefined && typeof loggingToken !== 'string')
    throw new ArgumentError(`${place}: loggingToken must be a string, got ${quoteName(loggingToken)}`)
  if (compiledCache !== undefined && compiledCache !== null)
    throw new ArgumentError(`${place}: compiledCache can only be null, which compiles anew and keeps nothing`)
  const { sortByParameterOrder } = options
  if (sortByParameterOrder !== undefined && typeof sortByParameterOrder !== 'boolean')
    throw new ArgumentError(`${place}: sortByParameterOrder must be true or false`)
  if (info !== undefined && (typeof info !== 'object' || info === null))
    throw new ArgumentError(`${place}: info must be an object`)
  const map: unknown = options.schemaTranslateMap
  if (map !== undefined && (typeof map !== 'object' || map === null || Array.isArray(map)))
    throw new ArgumentError(`${place}: schemaTranslateMap is { '': 'tenant_1' }: schemas by the schemas they stand for`)
}

function checkCount(place: string, name: string, value: unknown): void {
  if (value !== undefined && !(Number.isInteger(value) && Number(value) > 0))
    throw new ArgumentError(`${place}: ${name} must be a whole number of at least 1, got ${showValue(value)}`)
}
