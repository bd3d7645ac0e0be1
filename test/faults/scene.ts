// What fault tests share: an engine behind a network that fails, and what must be true in the end.
import { setTimeout as pause } from 'node:timers/promises'
import { expect } from 'vitest'
import type { Connection } from '../../src/engine/connection.ts'
import { createEngine } from '../../src/engine/create.ts'
import type { Engine } from '../../src/engine/engine.ts'
import type { EngineOptions } from '../../src/engine/options.ts'

let scenes = 0

/** An engine whose sessions can be told from all others of the server. */
export interface Scene {
  readonly engine: Engine
  /** The sessions that the engine has on the server, by what they are doing. */
  sessions(): Promise<{ pid: number; state: string; query: string }[]>
  /** Ends the engine within a deadline and proves that it has left nothing: no place lent, no session on the server. */
  end(): Promise<void>
}

/**
 * @param url of the engine, through a proxy for instance.
 * @param admin an engine that reaches the server whatever happens.
 */
export function startScene(url: string, admin: Engine, options: EngineOptions = {}): Scene {
  scenes += 1
  const name = `scene ${process.pid} ${scenes}`
  const engine = createEngine(url, {
    poolSize: 4,
    maxOverflow: 0,
    poolTimeoutMs: 5_000,
    ...options,
    connectArguments: { application_name: name, cancel_grace_ms: 300, ...options.connectArguments },
  })
  const sessions = async (): Promise<{ pid: number; state: string; query: string }[]> => {
    const found = await admin
      .execute(
        'SELECT pid, state, query FROM pg_stat_activity WHERE datname = current_database() AND application_name = $1',
        [name],
      )
      .mappings()
      .all()
    return found as { pid: number; state: string; query: string }[]
  }
  return {
    engine,
    sessions,
    async end() {
      // The pool itself may be looking at one of its connections just now.
      await eventually(async () => expect(engine.pool.status()).toMatchObject({ checkedOut: 0, waiting: 0 }))
      const started = performance.now()
      await engine.dispose({ timeoutMs: 1_000 })
      expect(performance.now() - started).toBeLessThan(8_000)
      await eventually(async () => expect(await sessions()).toEqual([]))
    },
  }
}

/** Tries until it holds; the server's own view lags behind. */
export async function eventually(check: () => Promise<void>, forMs = 10_000): Promise<void> {
  const until = performance.now() + forMs
  for (;;) {
    try {
      await check()
      return
    } catch (error) {
      if (performance.now() > until) throw error
      await pause(20)
    }
  }
}

/** The server's process behind a connection. */
export function backendOf(conn: Connection): number {
  return conn.driverConnection?.processId ?? 0
}

/** What a promise rejected with; fails where it did not. */
export async function failure(work: PromiseLike<unknown>): Promise<Error> {
  try {
    await work
  } catch (error) {
    expect(error).toBeInstanceOf(Error)
    return error as Error
  }
  expect.fail('expected it to fail')
}

/** Proves that the pool serves as many at a time as it should: `SELECT 1` on each of its places. */
export async function allPlacesServe(engine: Engine, places = 4): Promise<void> {
  const opened = await Promise.allSettled(Array.from({ length: places }, () => engine.connect()))
  const connections = opened.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []))
  try {
    expect(connections).toHaveLength(places)
    const answers = await Promise.all(connections.map((conn) => conn.execute('SELECT 1').scalar()))
    expect(answers).toEqual(Array.from({ length: places }, () => 1))
  } finally {
    for (const conn of connections) await conn.close()
  }
}
