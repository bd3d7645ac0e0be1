// Listens while a documentation program runs: what each of its blocks prints, and what it sends to the database.

import { format } from 'node:util'

/** What one block did. */
export interface BlockRecord {
  readonly output: string[]
  readonly statements: string[]
}

let records = new Map<number, BlockRecord>()
let current: BlockRecord | null = null

/** Called by the programs: the block that runs from here on; null behind its end. */
export function block(number: number | null): void {
  current = null
  if (number === null) return
  current = records.get(number) ?? { output: [], statements: [] }
  records.set(number, current)
}

/** Called for each statement sent to a database. */
export function sent(statement: string): void {
  current?.statements.push(statement)
}

/** Runs one program and returns what its blocks did, by their numbers. */
export async function record(program: () => Promise<unknown>): Promise<ReadonlyMap<number, BlockRecord>> {
  records = new Map()
  const methods = ['log', 'info', 'warn', 'error'] as const
  const originals = methods.map((method) => console[method])
  for (const method of methods)
    console[method] = (...values: unknown[]) => {
      current?.output.push(...format(...values).split('\n'))
    }
  try {
    await program()
    return records
  } finally {
    current = null
    methods.forEach((method, index) => {
      const original = originals[index]
      if (original !== undefined) console[method] = original
    })
  }
}
