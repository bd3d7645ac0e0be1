// `sessionmaker()`: sessions with one set of options.
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
  return Object.assign(make, { begin })
}
