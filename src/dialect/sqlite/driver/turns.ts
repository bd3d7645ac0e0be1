// Time for others: SQLite runs within the program's one thread, so waiting and long work must let go of it.

const LONGEST_TURN_MS = 10
let turnStarted = 0

/** Resolves at once, or in the next turn of the event loop where the last was long ago. */
export function fairTurn(): Promise<void> | undefined {
  const now = performance.now()
  if (now - turnStarted < LONGEST_TURN_MS) return undefined
  return new Promise((resolve) =>
    setImmediate(() => {
      turnStarted = performance.now()
      resolve()
    }),
  )
}

const FIRST_PAUSE_MS = 1
const LONGEST_PAUSE_MS = 25

/** Waits before the next attempt: longer each time, by chance a little shorter, so that those who wait do not meet. */
export function pause(turn: number, atMostMs: number): Promise<void> {
  const planned = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(turn, 5)) * (0.5 + Math.random() / 2)
  return new Promise((resolve) => setTimeout(resolve, Math.min(planned, Math.max(0, atMostMs))))
}
