// Compares what a contender gave, and left in the database, with what the floor did.

import { setTimeout } from 'node:timers/promises'
import type pg from 'pg'
import { type Cell, canonical } from '../cells/contract.ts'
import type { Evidence } from './messages.ts'

/** How long a contender's transactions may take to end behind its back. */
const PATIENCE_MS = 500

/** Everything a verified run is judged by. */
export interface Proof {
  readonly rows: readonly string[]
  readonly effect: readonly string[]
  /** What is wrong in itself, without comparing. */
  readonly fault: string | null
}

/** Looks at the database right after the run. */
export async function prove(client: pg.Client, cell: Cell, evidence: Evidence): Promise<Proof> {
  const rows = cell.outputIsStatement ? await execute(client, evidence.lines) : evidence.lines
  const effect = cell.effect === undefined ? [] : await select(client, cell.effect)
  let fault: string | null = rows.length === 0 ? 'gave no rows' : null
  if (cell.keys !== undefined) {
    const stored = (await select(client, cell.keys.query)).sort()
    const difference = firstDifference(stored, evidence.keys ?? [])
    if (difference !== null) fault = `generated keys are not those of the rows: ${difference}`
  }
  return { rows, effect, fault }
}

/** Throws when someone still holds a lock on the benchmark's tables: a contender that forgets to end its transaction. */
export async function refuseOpenTransactions(client: pg.Client): Promise<void> {
  // The end of a transaction that has only read may be on its way: a pool may send it some milliseconds after its connection came back.
  const deadline = performance.now() + PATIENCE_MS
  let held = await heldTables(client)
  while (held.length > 0 && performance.now() < deadline) {
    await setTimeout(10)
    held = await heldTables(client)
  }
  if (held.length > 0) throw new Error(`left a transaction open on ${held.join(', ')}`)
}

async function heldTables(client: pg.Client): Promise<string[]> {
  const { rows } = await client.query<{ held: string }>(
    `SELECT DISTINCT relation::regclass::text AS held FROM pg_locks
      WHERE relation::regclass::text LIKE 'bench\\_%' AND pid <> pg_backend_pid()`,
  )
  return rows.map((row) => row.held)
}

/** What differs, null when nothing does. */
export function compare(expected: Proof, actual: Proof): string | null {
  if (actual.fault !== null) return actual.fault
  const inResult = firstDifference(expected.rows, actual.rows)
  if (inResult !== null) return `the result differs: ${inResult}`
  const inEffect = firstDifference(expected.effect, actual.effect)
  return inEffect === null ? null : `the database differs: ${inEffect}`
}

function firstDifference(expected: readonly string[], actual: readonly string[]): string | null {
  const length = Math.max(expected.length, actual.length)
  for (let index = 0; index < length; index++) {
    if (expected[index] !== actual[index]) {
      return `row ${index} of ${expected.length} and ${actual.length}\n  expected ${expected[index]}\n  actual   ${actual[index]}`
    }
  }
  return null
}

async function execute(client: pg.Client, statements: readonly string[]): Promise<string[]> {
  const rows: string[] = []
  for (const text of statements) {
    const { sql, parameters } = JSON.parse(text) as { sql: string; parameters: unknown[] }
    rows.push(...(await select(client, sql, parameters)))
  }
  return rows
}

async function select(client: pg.Client, sql: string, parameters: unknown[] = []): Promise<string[]> {
  const { rows } = await client.query<unknown[]>({ text: sql, values: parameters, rowMode: 'array' })
  return rows.map((row) => row.map(canonical).join(' '))
}
