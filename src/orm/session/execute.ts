// Running statements in a session: pending changes go out in the same flight in front of them, objects come out of their rows.
import type { FlightResult } from '../../engine/flight.ts'
import { PendingResult } from '../../engine/result/pending-result.ts'
import type { Result } from '../../engine/result/result.ts'
import { Executable } from '../../expression/base/executable.ts'
import type { StatementExecutionOptions } from '../../expression/base/execution-options.ts'
import { Bind } from '../../expression/element/bind.ts'
import { runScheduled } from '../load/select-in.ts'
import { Outbox, type OutgoingItem } from '../persist/outbox.ts'
import type { QueryPlan } from '../query/plan.ts'
import type { SessionCore } from './core.ts'
import { flushInto } from './flush.ts'
import { coreOptions, type SessionExecuteOptions } from './options.ts'
import { resultOf } from './rows.ts'
import { synchronize, synchronizing } from './synchronize.ts'

/** Something to run: a statement or SQL, with its parameters. */
export interface SessionStatement {
  readonly statement: Executable | string
  readonly parameters: unknown
  readonly options: SessionExecuteOptions
}

/** An execution that is sent when it is awaited. */
export class SessionExecution<Row, Tuple extends unknown[]> extends PendingResult<Row, Tuple> {
  readonly #run: () => Promise<Result>

  constructor(run: () => Promise<Result>) {
    super()
    this.#run = run
  }

  protected begin(): Promise<Result<Row, Tuple>> {
    return this.#run() as Promise<Result<Row, Tuple>>
  }

  unstarted(): PendingResult | null {
    return this.begun ? null : (this as unknown as PendingResult)
  }
}

/** Runs a statement, with what is pending in front of it. */
export async function executeIn(core: SessionCore, request: SessionStatement): Promise<Result> {
  const { statement, parameters, options } = request
  const own: StatementExecutionOptions = statement instanceof Executable ? statement.executionOptionsOf : {}
  const autoflush = core.session.autoflush && (options.autoflush ?? own.autoflush ?? true)
  if (!(statement instanceof Executable) || statement.sort === 'text' || Array.isArray(parameters))
    return executePlainly(core, request, autoflush)
  const sync = options.synchronizeSession ?? own.synchronizeSession ?? 'auto'
  const sent = synchronizing(statement, core.holdings, sync !== false)
  const item: OutgoingItem = {
    statement: sent,
    parameters: (parameters as OutgoingItem['parameters']) ?? null,
    options: coreOptions(options),
  }
  const [result] = await sendBehindFlush(core, [item], autoflush, options.signal)
  const flight = result as FlightResult
  const context = core.loadContext(options.populateExisting ?? own.populateExisting ?? false)
  const plan = flight.plan as QueryPlan | null
  const synced = plan?.synchronize ?? null
  if (synced !== null) synchronize(core, synced, flight.rows)
  const outcome = resultOf(flight, context, statement)
  await runScheduled(context, core.loadFlight(options.signal))
  return outcome
}

/**
 * Sends statements, and in front of them, in the same flight, what is pending.
 *
 * @returns their results, those of the flush left out.
 */
export async function sendBehindFlush(
  core: SessionCore,
  items: readonly OutgoingItem[],
  autoflush: boolean,
  signal: AbortSignal | undefined,
): Promise<FlightResult[]> {
  const outbox = new Outbox(() => core.connection(signal), signal ?? null)
  const complete = autoflush ? await flushInto(core, outbox, signal) : null
  try {
    if (!outbox.isEmpty && items.length > 0 && (await readsLate(core, items))) await outbox.send()
    const results = await outbox.send({}, items)
    complete?.()
    return results as FlightResult[]
  } catch (error) {
    if (complete !== null) await core.levels.fail(error)
    throw error
  }
}

/** Whether a statement takes a value from an object when it is sent: a key that the flush in front of it brings, perhaps. */
async function readsLate(core: SessionCore, items: readonly OutgoingItem[]): Promise<boolean> {
  const connection = await core.connection()
  return items.some(({ statement }) =>
    connection.resolve(statement).binds.some((bind) => bind instanceof Bind && bind.callable),
  )
}

/** SQL as a string, text(), and lists of parameters: the connection's own business. */
async function executePlainly(core: SessionCore, request: SessionStatement, autoflush: boolean): Promise<Result> {
  const { statement, parameters, options } = request
  await sendBehindFlush(core, [], autoflush, options.signal)
  const connection = await core.connection(options.signal)
  return connection.execute(statement as never, parameters as never, coreOptions(options))
}
