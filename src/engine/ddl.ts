// Running a plan of DDL: which tables exist in one flight, all commands in another.
import type { RunDdlOptions } from '../expression/schema/bind.ts'
import type { DdlPlan } from '../expression/schema/ddl/plan.ts'
import type { Table } from '../expression/schema/table.ts'
import type { FlightOptions, FlightSender } from './flight.ts'

/**
 * Runs a plan on a connection.
 *
 * @param commit whether each flight is a transaction of its own, committed with it; otherwise all is part of the connection's.
 */
export async function runDdl(
  connection: FlightSender,
  plan: DdlPlan,
  options: RunDdlOptions,
  commit: boolean,
): Promise<void> {
  const sending: FlightOptions = options.signal === undefined ? { commit } : { commit, signal: options.signal }
  const existing = options.checkFirst ? await existingTables(connection, plan.tables, sending) : null
  const items = plan.commands(existing).map((statement) => ({ statement }))
  if (items.length > 0) await connection.flight(items, sending)
}

async function existingTables(
  connection: FlightSender,
  tables: readonly Table[],
  sending: FlightOptions,
): Promise<ReadonlySet<Table>> {
  const { dialect } = connection
  const items = tables.map((table) => ({ statement: dialect.hasTableStatement(table.name, table.schema) }))
  const answers = items.length === 0 ? [] : await connection.flight(items, sending)
  return new Set(tables.filter((_, index) => answers[index]?.rows[0]?.[0] === true))
}
