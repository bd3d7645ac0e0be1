// Options of sessions and of their methods.
import { Connection } from '../../engine/connection.ts'
import { Engine } from '../../engine/engine.ts'
import { type ConnectionExecutionOptions, checkConnectionOptions, type ExecuteOptions } from '../../engine/options.ts'
import { ArgumentError } from '../../errors.ts'
import { checkStatementOptions, type StatementExecutionOptions } from '../../expression/base/execution-options.ts'
import type { EntityHandle, EntityInstance, TypedEntity } from '../../expression/from/typed.ts'
import { checkKeys, quoteName, suggestion } from '../../nearest.ts'
import type { LoaderOption } from '../query/loader-option.ts'
import type { JoinTransactionMode } from './hold.ts'

/** A mapped class, or its handle. */
export type EntityTarget<E extends EntityInstance> = TypedEntity<E> | EntityHandle<E>

/** Options of `new Session()` and of {@link sessionmaker}. */
export interface SessionOptions {
  /** The database; or a Connection, which the session uses and leaves open. */
  readonly bind: Engine | Connection
  /** How its transactions and statements run: `{ isolationLevel: 'REPEATABLE READ', timeoutMs: 5000 }`. Default: as the engine says. */
  readonly executionOptions?: ConnectionExecutionOptions
  /** What it does with the transaction that a Connection is in already. Default 'conditional_savepoint'. */
  readonly joinTransactionMode?: JoinTransactionMode
  /** Flush pending changes before each query. Default true. */
  readonly autoflush?: boolean
  /** Forget the values of all objects at each commit, so that they are loaded anew. Default false. */
  readonly expireOnCommit?: boolean
}

/** Options that methods with I/O share. */
export interface SessionCallOptions {
  /** Aborting it before anything is sent refuses the call; later it is canceled on the server. */
  readonly signal?: AbortSignal
}

/** Options of `session.execute()`; they override those of the statement. */
export interface SessionExecuteOptions extends SessionCallOptions, StatementExecutionOptions {}

/** Options of `session.get()`. */
export interface GetOptions extends SessionCallOptions {
  /** Loader options that begin at the class. */
  readonly options?: readonly LoaderOption[]
  /** Load the row even if the object is there, and overwrite what the object has, pending changes included. Default false. */
  readonly populateExisting?: boolean
}

const SESSION_KEYS: readonly (keyof SessionOptions)[] = [
  'bind',
  'autoflush',
  'expireOnCommit',
  'executionOptions',
  'joinTransactionMode',
]
const JOIN_MODES: readonly JoinTransactionMode[] = [
  'conditional_savepoint',
  'rollback_only',
  'control_fully',
  'create_savepoint',
]
const CALL_KEYS: readonly (keyof SessionCallOptions)[] = ['signal']
const GET_KEYS: readonly (keyof GetOptions)[] = ['signal', 'options', 'populateExisting']

/** @throws ArgumentError an option is unknown, or there is no engine. */
export function checkSessionOptions(place: string, options: SessionOptions): void {
  checkKeys(place, options, SESSION_KEYS)
  const bind: unknown = options.bind
  if (!(bind instanceof Engine || bind instanceof Connection))
    throw new ArgumentError(`${place} needs an engine: { bind: createEngine('postgresql://...') }`)
  const { executionOptions, joinTransactionMode } = options
  if (executionOptions !== undefined) {
    checkConnectionOptions(`${place}: executionOptions`, executionOptions)
    if (bind instanceof Connection)
      throw new ArgumentError(`${place}: a Connection has options of its own: conn.executionOptions({ ... })`)
  }
  if (joinTransactionMode !== undefined && !JOIN_MODES.includes(joinTransactionMode))
    throw new ArgumentError(
      `${place}: there is no joinTransactionMode ${quoteName(joinTransactionMode)}${suggestion(joinTransactionMode, JOIN_MODES)}`,
    )
}

/** @throws ArgumentError an option is unknown. */
export function checkCallOptions(place: string, options: SessionCallOptions): void {
  checkKeys(place, options, CALL_KEYS)
}

/** @throws ArgumentError an option is unknown. */
export function checkExecuteOptions(place: string, options: SessionExecuteOptions): void {
  const { signal: _, ...others } = options
  checkStatementOptions(place, others)
}

const NONE_OF_CORE: ExecuteOptions = {}

/** The options that concern the connection. */
export function coreOptions(options: SessionExecuteOptions): ExecuteOptions {
  let some = false
  for (const key in options) if (key !== 'signal') some = true
  if (!some) return options.signal === undefined ? NONE_OF_CORE : { signal: options.signal }
  const { populateExisting: _, autoflush: __, synchronizeSession: ___, ...others } = options
  return others
}

/** @throws ArgumentError an option is unknown. */
export function checkGetOptions(place: string, options: GetOptions): void {
  checkKeys(place, options, GET_KEYS)
}
