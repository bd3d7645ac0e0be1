// Nothing that fails may surface anywhere but at its caller: every fault test asks here in the end.
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, afterEach, expect } from 'vitest'

/** Fails each test of the file during which something was thrown that nobody caught, or rejected that nobody awaited. */
export function nothingUncaught(): void {
  const uncaught: unknown[] = []
  const remember = (error: unknown): void => void uncaught.push(error)
  process.on('uncaughtException', remember)
  process.on('unhandledRejection', remember)
  afterEach(async () => {
    await pause(5)
    expect(uncaught.splice(0)).toEqual([])
  })
  afterAll(() => {
    process.off('uncaughtException', remember)
    process.off('unhandledRejection', remember)
  })
}
