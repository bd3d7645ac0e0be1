// `sessionmaker()`: sessions with one set of options.
import { type Attempt, type RetryOptions, replay, retryPolicy } from '../../engine/retry.ts'
import { ArgumentError } from '../../errors.ts'
import { checkSessionOptions, type SessionOptions } from './options.ts'
import { Session } from './session.ts'

/** Makes sessions: call it. */
export interface SessionMaker {
  /**
   * A new session.
   *
   * @param options override those of the maker.
   */
  (options?: Partial<SessionOptions>): Session
  /**
   * Runs a function in a transaction of a session of its own: commits when it has succeeded, rolls back when it has failed, and closes the
   * session.
   *
   * @example
   * await SessionLocal.begin(async (session) => { session.add(new User({ name: 'ed' })) })
   */
  begin<T>(work: (session: Session) => T | PromiseLike<T>): Promise<T>
  /**
   * As {@link begin}, and runs it again, in a new session, where the database could not put concurrent transactions in an order, where they
   * waited for each other in a circle, or where the connection was lost before anything was sent; see `engine.run()`. Objects that the
   * function takes from outside are not put back as they were: load them inside of it.
   *
   * @throws CommitOutcomeUnknown the connection was lost while COMMIT was on its way; this is never repeated.
   * @example
   * await SessionLocal.run(
   *   async (session) => { (await session.getOne(User, 1)).name = 'edward' },
   *   { executionOptions: { isolationLevel: 'SERIALIZABLE' } },
   * )
   */
  run<T>(work: (session: Session) => T | PromiseLike<T>, options?: SessionRunOptions): Promise<T>
}

/** Options of `sessionmaker().run()`, over those of the maker. */
export interface SessionRunOptions extends Partial<SessionOptions> {
  /** How the transaction is run again; false runs it once. Default: with the defaults of {@link RetryOptions}. */
  readonly retry?: boolean | RetryOptions
  /** Aborting it ends the wait before the next attempt. */
  readonly signal?: AbortSignal
}

/**
 * A factory of sessions.
 *
 * @throws ArgumentError an option is unknown, or there is no engine.
 * @example
 * const SessionLocal = sessionmaker({ bind: engine })
 * await using session = SessionLocal()
 */
export function sessionmaker(options: SessionOptions): SessionMaker {
  checkSessionOptions('sessionmaker()', options)
  const make = (more: Partial<SessionOptions> = {}): Session => new Session({ ...options, ...more })
  const begin = async <T>(work: (session: Session) => T | PromiseLike<T>): Promise<T> => {
    if (typeof work !== 'function')
      throw new ArgumentError('sessionmaker().begin() takes a function: SessionLocal.begin(async (session) => { ... })')
    await using session = make()
    return await session.begin(() => work(session))
  }
  const run = async <T>(
    work: (session: Session) => T | PromiseLike<T>,
    options: SessionRunOptions = {},
  ): Promise<T> => {
    if (typeof work !== 'function')
      throw new ArgumentError('sessionmaker().run() takes a function: SessionLocal.run(async (session) => { ... })')
    if (typeof options !== 'object' || options === null)
      throw new ArgumentError('sessionmaker().run(fn, options): the options are an object, such as { retry: 3 }')
    const { retry, signal, ...more } = options
    const policy = retryPolicy(retry)
    const one = async (attempt: Attempt): Promise<T> => {
      await using session = make(more)
      return await session.begin(async () => {
        try {
          return await work(session)
        } finally {
          attempt.sent ||= session.hasSent
        }
      })
    }
    return replay(one, policy, signal)
  }
  return Object.assign(make, { begin, run })
}
