// One signal for many statements at a time: that of a program's end, for instance.
import { getEventListeners, getMaxListeners, setMaxListeners } from 'node:events'
import { setTimeout as pause } from 'node:timers/promises'
import { createEngine } from 'tsalchemy'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { postgresUrl } from '../support/server.ts'

const MANY = 30
const warnings: Error[] = []
const listen = (warning: Error): void => void warnings.push(warning)
beforeEach(() => {
  process.on('warning', listen)
})
afterEach(async () => {
  // They are told a turn later.
  await pause(1)
  process.off('warning', listen)
  expect(warnings.splice(0)).toEqual([])
})

const times = <T>(make: () => PromiseLike<T>): Promise<T[]> => Promise.all(Array.from({ length: MANY }, make))

it('is no leak, and is left as it was', async () => {
  const engine = createEngine(postgresUrl(), { poolSize: MANY, maxOverflow: 0 })
  await engine.warmUp(MANY)
  for (const work of [
    (signal: AbortSignal) => engine.execute('SELECT 1', [], { signal }),
    (signal: AbortSignal) => engine.begin((conn) => conn.execute('SELECT 1', [], { signal }), { signal }),
    async (signal: AbortSignal) => {
      await using conn = await engine.connect()
      await conn.execute('SELECT pg_sleep(0.01)', [], { signal })
    },
    async (signal: AbortSignal) => {
      for await (const _ of engine.stream('SELECT 1', [], { signal }));
    },
    (signal: AbortSignal) => engine.execute('SELECT 1', [], { signal, timeoutMs: 60_000 }),
    async (signal: AbortSignal) => {
      await using conn = await engine.connect()
      for await (const _ of conn.copyTo('COPY (SELECT 1) TO STDOUT', { signal }));
      await conn.execute('CREATE TEMPORARY TABLE copied (id INTEGER) ON COMMIT DROP')
      await conn.copyFrom('COPY copied FROM STDIN', ['1\n'], { signal })
    },
  ]) {
    const { signal } = new AbortController()
    await times(async () => {
      await work(signal)
    })
    expect(getEventListeners(signal, 'abort')).toEqual([])
  }
  await engine.dispose()
})

it('also where they wait in line, share connections, or listen', async () => {
  const { signal } = new AbortController()
  await using crowded = createEngine(postgresUrl(), { poolSize: 1, maxOverflow: 0 })
  await times(() => crowded.execute('SELECT 1', [], { signal }))
  const sharing = new AbortController()
  await using shared = createEngine(postgresUrl(), { poolSize: 1, maxOverflow: 0, pipelining: true })
  await times(() => shared.execute('SELECT 1', [], { signal: sharing.signal }))
  expect(getEventListeners(sharing.signal, 'abort')).toEqual([])
  const ending = new AbortController()
  const listeners = Array.from({ length: MANY }, () => shared.listen('nobody', { signal: ending.signal }))
  expect(listeners.map(({ closed }) => closed)).not.toContain(true)
  ending.abort()
  expect(listeners.map(({ closed }) => closed)).not.toContain(false)
})

it('keeps a limit that the program has set', async () => {
  const { signal } = new AbortController()
  setMaxListeners(3, signal)
  await using engine = createEngine(postgresUrl())
  await engine.execute('SELECT 1', [], { signal })
  expect(getMaxListeners(signal)).toBe(3)
})

it('stops what runs with a limit of time, streams, and copies', async () => {
  await using engine = createEngine(postgresUrl(), { poolSize: 2, maxOverflow: 0 })
  const works = [
    (signal: AbortSignal) => engine.execute('SELECT pg_sleep(30)', [], { signal, timeoutMs: 60_000 }),
    (signal: AbortSignal) => engine.stream('SELECT pg_sleep(30)', [], { signal }).all(),
    async (signal: AbortSignal) => {
      await using conn = await engine.connect()
      for await (const _ of conn.copyTo('COPY (SELECT pg_sleep(30)) TO STDOUT', { signal }));
    },
    async (signal: AbortSignal) => {
      await using conn = await engine.connect()
      await conn.execute('CREATE TEMPORARY TABLE copied (id INTEGER) ON COMMIT DROP')
      await conn.copyFrom(
        'COPY copied FROM STDIN',
        (async function* () {
          yield await new Promise<string>(() => {})
        })(),
        { signal },
      )
    },
  ]
  for (const work of works) {
    const controller = new AbortController()
    const reason = new Error('enough')
    setTimeout(() => controller.abort(reason), 50)
    await expect(work(controller.signal)).rejects.toBe(reason)
    await expect(work(controller.signal)).rejects.toBe(reason)
  }
  await expect(engine.execute('SELECT pg_sleep(30)', [], { timeoutMs: 50 })).rejects.toThrow('timeoutMs')
})

it('leaves nothing behind in a signal that lives as long as the program', async () => {
  const any = vi.spyOn(AbortSignal, 'any')
  await using engine = createEngine(postgresUrl(), { executionOptions: { timeoutMs: 60_000 } })
  const { signal } = new AbortController()
  await engine.execute('SELECT 1', [], { signal })
  for await (const _ of engine.stream('SELECT 1', [], { signal }));
  expect(any).not.toHaveBeenCalled()
  any.mockRestore()
})
