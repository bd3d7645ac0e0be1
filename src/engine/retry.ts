// Running a transaction again where the database asks for it: what may be run again, how often, and how long to wait.
import { setTimeout as pause } from 'node:timers/promises'
import { DriverError } from '../dialect/contract/driver.ts'
import { ArgumentError, CommitOutcomeUnknown, DBAPIError, PendingRollbackError } from '../errors.ts'
import { checkKeys, quoteName } from '../nearest.ts'
import { showValue } from '../show.ts'
import type { ConnectOptions } from './options.ts'
import { isAbsent } from './standbys.ts'

/** A transaction that failed and will be run again. */
export interface RetryEvent {
  readonly error: unknown
  /** Number of the attempt that failed, from 1. */
  readonly attempt: number
  /** How long the next one waits, in milliseconds. */
  readonly waitMs: number
}

/** How a transaction is run again. */
export interface RetryOptions {
  /** How often it is run at most, the first time included. Default 5. */
  readonly attempts?: number
  /** How long the second attempt waits at most, in milliseconds; each further one twice as long. The wait is between half of that and all of it, by chance. Default 20. */
  readonly backoffMs?: number
  /** What the wait does not grow beyond, in milliseconds. Default 2000. */
  readonly maxBackoffMs?: number
  /** No attempt begins later than this after the first, in milliseconds. Default 30000. */
  readonly deadlineMs?: number
  /**
   * After a lost connection: 'unsent' runs it again only where nothing had been sent, 'uncommitted' also in the middle of it, as long as
   * COMMIT was not sent; false never does. Default 'unsent'.
   */
  readonly lostConnections?: 'unsent' | 'uncommitted' | false
  /** Told before each wait; where it throws, nothing is run again. */
  readonly onRetry?: (event: RetryEvent) => unknown
}

/** Options of `engine.run()`. */
export interface RunOptions extends ConnectOptions {
  /** How the transaction is run again after a serialization failure or a deadlock; false runs it once. Default: with the defaults of {@link RetryOptions}. */
  readonly retry?: boolean | RetryOptions
}

/** The same with every default filled in. */
export interface RetryPolicy {
  readonly attempts: number
  readonly backoffMs: number
  readonly maxBackoffMs: number
  readonly deadlineMs: number
  readonly lostConnections: 'unsent' | 'uncommitted' | false
  readonly onRetry: ((event: RetryEvent) => unknown) | null
}

const KEYS: readonly (keyof RetryOptions)[] = [
  'attempts',
  'backoffMs',
  'maxBackoffMs',
  'deadlineMs',
  'lostConnections',
  'onRetry',
]

/**
 * Checks what was given as `retry` and fills in the defaults.
 *
 * @throws ArgumentError an option is unknown or cannot be.
 */
export function retryPolicy(retry: boolean | RetryOptions | undefined): RetryPolicy {
  const options: RetryOptions = typeof retry === 'object' && retry !== null ? retry : {}
  if (retry !== undefined && typeof retry !== 'boolean' && options !== retry)
    throw new ArgumentError('retry is true, false, or an object of options')
  checkKeys('retry', options, KEYS)
  const policy: RetryPolicy = {
    attempts: retry === false ? 1 : (options.attempts ?? 5),
    backoffMs: options.backoffMs ?? 20,
    maxBackoffMs: options.maxBackoffMs ?? 2_000,
    deadlineMs: options.deadlineMs ?? 30_000,
    lostConnections: options.lostConnections ?? 'unsent',
    onRetry: options.onRetry ?? null,
  }
  if (!Number.isInteger(policy.attempts) || policy.attempts < 1)
    throw new ArgumentError(`retry: attempts must be a whole number of at least 1, got ${showValue(policy.attempts)}`)
  for (const name of ['backoffMs', 'maxBackoffMs', 'deadlineMs'] as const)
    if (!(typeof policy[name] === 'number' && policy[name] >= 0))
      throw new ArgumentError(
        `retry: ${name} must be a number of milliseconds that is not negative, got ${showValue(policy[name])}`,
      )
  if (![false, 'unsent', 'uncommitted'].includes(policy.lostConnections))
    throw new ArgumentError(
      `retry: lostConnections is 'unsent', 'uncommitted' or false, got ${quoteName(policy.lostConnections)}`,
    )
  if (policy.onRetry !== null && typeof policy.onRetry !== 'function')
    throw new ArgumentError('retry: onRetry must be a function')
  return policy
}

/** What one attempt tells besides its error. */
export interface Attempt {
  /** Whether anything of it may have reached the server. */
  sent: boolean
}

/**
 * Runs a transaction until it succeeds, as far as the policy goes. What the last attempt failed with is thrown.
 *
 * @param run one attempt, from borrowing a connection to giving it back.
 */
export async function replay<T>(
  run: (attempt: Attempt) => Promise<T>,
  policy: RetryPolicy,
  signal: AbortSignal | undefined,
): Promise<T> {
  const started = performance.now()
  for (let number = 1; ; number += 1) {
    const attempt: Attempt = { sent: false }
    try {
      return await run(attempt)
    } catch (error) {
      const spent = performance.now() - started
      const waitMs = waitBefore(number + 1, policy)
      if (signal?.aborted || !mayRunAgain(error, attempt, policy)) throw error
      if (number >= policy.attempts || spent + waitMs > policy.deadlineMs) throw givenUp(error, number, spent)
      if (policy.onRetry !== null) await policy.onRetry({ error, attempt: number, waitMs })
      await waitFor(waitMs, signal)
    }
  }
}

/** Between half and all of the wait: those that have met must not meet again. */
function waitBefore(attempt: number, { backoffMs, maxBackoffMs }: RetryPolicy): number {
  return Math.min(maxBackoffMs, backoffMs * 2 ** (attempt - 2)) * (0.5 + Math.random() / 2)
}

async function waitFor(ms: number, signal: AbortSignal | undefined): Promise<void> {
  try {
    await pause(ms, undefined, signal === undefined ? {} : { signal })
  } catch (error) {
    throw signal?.aborted ? signal.reason : error
  }
}

/** Serialization failures and deadlocks: the database has undone the transaction and asks to have it again. */
const CONFLICTS: readonly string[] = ['40001', '40P01']
/** Causes of causes that are looked at. */
const DEEPEST = 8

function mayRunAgain(error: unknown, { sent }: Attempt, { lostConnections }: RetryPolicy): boolean {
  const chain = causesOf(error)
  // It may have been committed: once more could be once too often.
  if (chain.some((each) => each instanceof CommitOutcomeUnknown)) return false
  // What failed was handled, and then the connection was found lost with it.
  const wentOn = error instanceof PendingRollbackError
  for (const each of chain) {
    if (!(each instanceof DBAPIError)) continue
    if (each.sqlState !== null && CONFLICTS.includes(each.sqlState)) return true
    if (isLost(each, wentOn))
      return lostConnections === 'uncommitted' || (lostConnections === 'unsent' && !sent && !wasSent(each))
  }
  return false
}

/**
 * Whether a connection was lost or could not be had, by nobody's fault.
 *
 * @param ofAnyKind what a statement failed with may be the last that its connection had to tell.
 */
function isLost(error: DBAPIError, ofAnyKind: boolean): boolean {
  return (
    (ofAnyKind ? error.connectionInvalidated : isAbsent(error)) &&
    !(error.cause instanceof DriverError && error.cause.canceled)
  )
}

function wasSent({ cause }: DBAPIError): boolean {
  return cause instanceof DriverError && cause.sent && !cause.unread
}

/** An error and what caused it. */
function causesOf(error: unknown): unknown[] {
  const chain: unknown[] = []
  for (let each = error; each !== undefined && each !== null && chain.length < DEEPEST; ) {
    chain.push(each)
    each = (each as { readonly cause?: unknown }).cause
  }
  return chain
}

function givenUp(error: unknown, attempts: number, spentMs: number): unknown {
  if (error instanceof DBAPIError && attempts > 1)
    error.message += `\n[Given up after ${attempts} attempts in ${(spentMs / 1000).toFixed(1)} s]`
  return error
}
