// Listens while a documentation program runs: what each of its blocks prints, and what it sends to the database.

import { format, inspect, isDeepStrictEqual } from 'node:util'
import { createEngine as createRealEngine } from 'tsalchemy'
import type { Expectation } from './page.ts'

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

/** Stands in for `createEngine()` in the programs: the same engine, with the recorder listening. */
export const createEngine: typeof createRealEngine = (...args) => {
  const engine = createRealEngine(...args)
  engine.onStatement(({ sql }) => current?.statements.push(sql))
  return engine
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

/** Where what was recorded is not what the page says: line, what stands there, what happened. */
export function differences(
  expectations: ReadonlyMap<number, readonly Expectation[]>,
  recorded: ReadonlyMap<number, BlockRecord>,
): string[] {
  return [...recorded].flatMap(([number, { output, statements }]) =>
    (expectations.get(number) ?? []).flatMap(({ kind, line, text }) => {
      const expected = kind === 'sql' ? statementsOf(text) : text.trimEnd()
      const actual = kind === 'sql' ? statements.map(onOneLine) : output.join('\n').trimEnd()
      return isDeepStrictEqual(actual, expected) ? [] : [`${line} says ${inspect(expected)}, got ${inspect(actual)}`]
    }),
  )
}

/** Statements end with a semicolon at the end of a line; their layout, and comments, are the page's own affair. */
function statementsOf(sql: string): string[] {
  return sql
    .replaceAll(/^\s*--.*$/gm, '')
    .split(/;\s*$/m)
    .map(onOneLine)
    .filter(Boolean)
}

function onOneLine(sql: string): string {
  return sql.replaceAll(/\s+/g, ' ').trim()
}
