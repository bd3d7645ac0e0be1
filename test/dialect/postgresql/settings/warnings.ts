// Collects what is warned of while a function runs.

/** The texts of the warnings that a function causes, and what it gives. */
export async function warningsOf<T>(work: () => T | Promise<T>): Promise<[messages: string[], result: T]> {
  const messages: string[] = []
  const hear = (warning: Error): void => {
    if (warning.name === 'SQLAlchemyWarning') messages.push(warning.message)
  }
  process.on('warning', hear)
  try {
    const result = await work()
    // Warnings are told in the next turn.
    await new Promise((resolve) => setImmediate(resolve))
    return [messages, result]
  } finally {
    process.off('warning', hear)
  }
}
