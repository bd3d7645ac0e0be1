// The events of engines and connections: their names, and what listeners are told.
import type { DriverError, DriverNotice } from '../dialect/contract/driver.ts'
import type { DriverSettings } from '../dialect/contract/settings.ts'
import { Events } from '../events.ts'
import type { Executable } from '../expression/base/executable.ts'
import type { ExecutionOptions } from '../expression/base/execution-options.ts'
import type { Result } from './result/result.ts'

/** Before a statement is compiled. A listener may return another statement or other parameters: `{ statement, parameters }`. */
export interface BeforeExecuteEvent<C> {
  readonly connection: C
  /** A statement, or SQL as a string. */
  readonly statement: Executable | string
  /** As `execute()` was given them; null for none. */
  readonly parameters: unknown
  /** Those that it runs with: of the call over the connection's over the engine's over the statement's. `info` is for listeners. */
  readonly executionOptions: ExecutionOptions
}

/** What a listener of `beforeExecute` may return; what is left out stays. */
export interface ExecuteReplacement {
  readonly statement?: Executable | string
  readonly parameters?: unknown
}

/** After a statement has run. */
export interface AfterExecuteEvent<C> extends BeforeExecuteEvent<C> {
  /** What it gave; null where it was part of a flight of the ORM, whose rows are not made into a Result. */
  readonly result: Result | null
  readonly rowCount: number | null
}

/** Before SQL is sent. A listener may return other SQL or values: `{ sql, parameterSets }`. */
export interface CursorExecuteEvent<C> {
  readonly connection: C
  readonly sql: string
  /** The values of `$1`, `$2`, ...; of the first set where there are several. */
  readonly parameters: readonly unknown[]
  /** The values of each execution; one set unless the statement is run many times. */
  readonly parameterSets: readonly (readonly unknown[])[]
  /** Whether there are several sets. */
  readonly isMany: boolean
  /** As those of `beforeExecute`. */
  readonly executionOptions: ExecutionOptions
}

/** What a listener of `beforeCursorExecute` may return; what is left out stays. */
export interface CursorReplacement {
  readonly sql?: string
  readonly parameterSets?: readonly (readonly unknown[])[]
}

/** After SQL was run. */
export interface AfterCursorExecuteEvent<C> extends CursorExecuteEvent<C> {
  readonly rowCount: number | null
}

/** An error of the database or its driver, before it is thrown. A listener may return or throw another error in its place. */
export interface ExceptionContext<C> {
  /** Null where there was none yet: connecting failed. */
  readonly connection: C | null
  /** What the driver says. */
  readonly originalException: DriverError
  /** What would be thrown. */
  readonly sqlalchemyException: unknown
  /** What listeners before this one have put in its place; null for none. */
  readonly chainedException: unknown
  readonly sql: string | null
  readonly parameters: readonly unknown[] | null
  /**
   * Whether the pool has found a connection dead that it had lent, was about to lend, or had at rest (`poolKeepaliveMs`): what was to be sent is
   * sent on another, and nobody else is told of the error. Setting `isDisconnect` to false, or putting another error in the place, makes the statement fail instead.
   */
  readonly isPrePing: boolean
  /** Whether the connection is gone; setting it decides. */
  isDisconnect: boolean
  /** Whether the pool replaces its other connections too, where the connection is gone; setting it decides. */
  invalidatePoolOnDisconnect: boolean
}

/** An event of a connection that has nothing more to tell. */
export interface ConnectionEvent<C> {
  readonly connection: C
}

/** An event of a savepoint. */
export interface SavepointEvent<C> extends ConnectionEvent<C> {
  readonly name: string
}

/** An event of a two-phase transaction. */
export interface TwoPhaseEvent<C> extends ConnectionEvent<C> {
  readonly xid: string
  /** Whether it was prepared before; null where that does not apply. */
  readonly isPrepared: boolean | null
}

/** Options were set. */
export interface OptionsEvent<T> {
  /** The connection or engine. */
  readonly target: T
  readonly options: Readonly<Record<string, unknown>>
}

/** A connection to the database is about to be opened. A listener may change the settings, or return a DriverConnection of its own. */
export interface DoConnectEvent {
  /** Where and how to connect; a copy that listeners may change: `settings.password = await token()`. */
  readonly settings: { -readonly [K in keyof DriverSettings]: DriverSettings[K] }
}

/** A stream has been read to its end, or left. */
export interface AfterStreamEvent<C> extends BeforeExecuteEvent<C> {
  /** How many rows were fetched, also those that the reader did not take. */
  readonly rowCount: number
  /** In how many pages they came. */
  readonly pageCount: number
  /** Whether all rows were fetched: false where the reader has left before. */
  readonly isComplete: boolean
  /** From the opening to the end, in milliseconds, the reader's own time included. */
  readonly durationMs: number
}

/** The server had something to say beside its answer: `RAISE NOTICE`, warnings, what `IF EXISTS` skips. */
export interface NoticeEvent<C> {
  /** Null where it is none of a Connection: what the pool itself sends, raw connections, sessions of `listen()`. */
  readonly connection: C | null
  /** Of the statement that made the server say so; of the last of its flight where that was COMMIT. Empty where no statement was running. */
  readonly sql: string
  readonly parameters: readonly unknown[]
  readonly notice: DriverNotice
}

/** A statement took longer than `slowStatementMs`. */
export interface SlowStatementEvent {
  readonly sql: string
  readonly parameterSets: readonly (readonly unknown[])[]
  readonly durationMs: number
}

/**
 * The events of engines and connections, with what listeners are told. `C` is Connection, `E` Engine.
 *
 * A promise that a listener returns is waited for, but by `setConnectionExecutionOptions` and `setEngineExecutionOptions`. Where a
 * listener throws, so does what it was told of.
 */
export interface EngineMoments<C, E> {
  readonly beforeExecute: BeforeExecuteEvent<C>
  readonly afterExecute: AfterExecuteEvent<C>
  readonly beforeCursorExecute: CursorExecuteEvent<C>
  readonly afterCursorExecute: AfterCursorExecuteEvent<C>
  /** A stream has ended, and not by an error. */
  readonly afterStream: AfterStreamEvent<C>
  readonly handleError: ExceptionContext<C>
  /** A Connection was made. */
  readonly engineConnect: ConnectionEvent<C>
  /** The engine is disposed. */
  readonly engineDispose: { readonly engine: E }
  readonly setConnectionExecutionOptions: OptionsEvent<C>
  readonly setEngineExecutionOptions: OptionsEvent<E>
  /** BEGIN is about to be sent. Statements that the listener runs are part of the transaction. */
  readonly begin: ConnectionEvent<C>
  /** COMMIT is about to be sent. */
  readonly commit: ConnectionEvent<C>
  /** ROLLBACK is about to be sent. */
  readonly rollback: ConnectionEvent<C>
  readonly savepoint: SavepointEvent<C>
  readonly rollbackSavepoint: SavepointEvent<C>
  readonly releaseSavepoint: SavepointEvent<C>
  readonly beginTwophase: TwoPhaseEvent<C>
  readonly prepareTwophase: TwoPhaseEvent<C>
  readonly commitTwophase: TwoPhaseEvent<C>
  readonly rollbackTwophase: TwoPhaseEvent<C>
  readonly doConnect: DoConnectEvent
  /** The server had something to say, be the statement refused. */
  readonly notice: NoticeEvent<C>
  readonly slowStatement: SlowStatementEvent
}

/** What the engine's own code knows of the events: not which class a connection is of. @internal */
export type Hub = Events<EngineMoments<unknown, unknown>>

/** @internal */
export const ENGINE_EVENTS: readonly (keyof EngineMoments<unknown, unknown>)[] = [
  'beforeExecute',
  'afterExecute',
  'beforeCursorExecute',
  'afterCursorExecute',
  'afterStream',
  'handleError',
  'engineConnect',
  'engineDispose',
  'setConnectionExecutionOptions',
  'setEngineExecutionOptions',
  'begin',
  'commit',
  'rollback',
  'savepoint',
  'rollbackSavepoint',
  'releaseSavepoint',
  'beginTwophase',
  'prepareTwophase',
  'commitTwophase',
  'rollbackTwophase',
  'doConnect',
  'notice',
  'slowStatement',
]

/** Events that are not told while statements run: who listens to these only makes no statement go another way. */
const RARE: readonly (keyof EngineMoments<unknown, unknown>)[] = [
  'doConnect',
  'engineDispose',
  'setConnectionExecutionOptions',
  'setEngineExecutionOptions',
  'slowStatement',
]

/** Tells of what is told in passing, by methods that do not wait: a listener that fails later is a warning of the process. */
export function tellInPassing<Name extends keyof EngineMoments<unknown, unknown>>(
  hub: Hub,
  name: Name,
  event: EngineMoments<unknown, unknown>[Name],
): void {
  hub.emit(name, event)?.catch((error: unknown) => process.emitWarning(error instanceof Error ? error : String(error)))
}

/** The events of an engine, or of one of its connections, whose listeners come behind the engine's. @internal */
export function newHub(owner: string, parent: Hub | null = null): Hub {
  return new Events(owner, ENGINE_EVENTS, parent, RARE)
}
