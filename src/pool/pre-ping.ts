// Asks a connection that has rested whether it lives: before it is lent, or while it rests.

import type { ConnectionSource } from './pool.ts'
import type { PooledConnection } from './pooled-connection.ts'
import { ping } from './reset.ts'

/**
 * Whether a connection lives; where it does not, whether others of its age are taken for dead too.
 *
 * @param refused is given the error that whoever opens the connections puts in the place of another one; where nobody waits, nobody is.
 */
export async function prePing(
  source: ConnectionSource,
  place: PooledConnection,
  timeoutMs: number,
  refused: (error: unknown) => void = () => {},
): Promise<'lives' | 'dead' | 'others-live'> {
  let failure: unknown = null
  const failed = (error: unknown): void => {
    failure = error
  }
  const lives = await ping(place.connection, timeoutMs, { failed, noticed: place.noticed })
  if (lives) return 'lives'
  try {
    return (failure === null ? null : await source.pingFailed?.(failure)) ?? 'dead'
  } catch (error) {
    refused(error)
    return 'others-live'
  }
}
