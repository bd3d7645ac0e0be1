// Running a plan of DDL: which tables exist in one flight, all commands in another.

import type { TableClause } from '../expression/from/table-clause.ts'
import type { RunDdlOptions } from '../expression/schema/bind.ts'
import type { DdlPlan } from '../expression/schema/ddl/plan.ts'
import type { NamedType } from '../expression/types/type.ts'
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
  const { dialect } = connection
  const types = dialect.features.namedTypes ? plan.namedTypes(dialect) : []
  const existing = options.checkFirst ? await whatExists(connection, plan.relations, types, sending) : null
  const concerned = types.filter((type) => existing === null || existing.types.has(type) === (plan.sort === 'drop'))
  const items = plan.commands(existing?.tables ?? null, concerned).map((statement) => ({ statement }))
  if (items.length > 0) await connection.flight(items, sending)
}

/** The tables and types that the database has. */
interface Existing {
  readonly tables: ReadonlySet<TableClause>
  readonly types: ReadonlySet<NamedType>
}

async function whatExists(
  connection: FlightSender,
  tables: readonly TableClause[],
  types: readonly NamedType[],
  sending: FlightOptions,
): Promise<Existing> {
  const { dialect } = connection
  const items = [
    ...tables.map((table) => ({ statement: dialect.hasTableStatement(table.name, table.schema) })),
    ...types.map((type) => ({ statement: dialect.hasTypeStatement(type.name, type.schema) })),
  ]
  const answers = items.length === 0 ? [] : await connection.flight(items, sending)
  const exists = (index: number): boolean => answers[index]?.rows[0]?.[0] === true
  return {
    tables: new Set(tables.filter((_, index) => exists(index))),
    types: new Set(types.filter((_, index) => exists(tables.length + index))),
  }
}
