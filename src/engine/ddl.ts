// Running a plan of DDL: which tables exist in one flight, all commands in another.

import type { Dialect } from '../dialect/dialect.ts'
import type { TableClause } from '../expression/from/table-clause.ts'
import type { RunDdlOptions } from '../expression/schema/bind.ts'
import { DdlElement } from '../expression/schema/ddl/element.ts'
import type { DdlPlan } from '../expression/schema/ddl/plan.ts'
import { DDL } from '../expression/schema/ddl/text.ts'
import { holds } from '../expression/schema/ddl-condition.ts'
import type { DdlConnection, DdlStep } from '../expression/schema/ddl-events.ts'
import { type SchemaTranslateMap, translatedSchema } from '../expression/schema/schema-map.ts'
import type { NamedType } from '../expression/types/type.ts'
import type { FlightOptions, FlightSender } from './flight.ts'

/** What runs DDL: a connection. */
interface DdlSender extends FlightSender, DdlConnection {
  readonly schemas: SchemaTranslateMap | null
}

/**
 * Runs a plan on a connection.
 *
 * @param commit whether each flight is a transaction of its own, committed with it; otherwise all is part of the connection's.
 */
export async function runDdl(
  connection: DdlSender,
  plan: DdlPlan,
  options: RunDdlOptions,
  commit: boolean,
): Promise<void> {
  const sending: FlightOptions = options.signal === undefined ? { commit } : { commit, signal: options.signal }
  const { dialect } = connection
  const types = dialect.features.namedTypes ? plan.namedTypes(dialect) : []
  const { checkFirst } = options
  const tables = checkFirst === true ? plan.relations : []
  const existing = checkFirst === false ? null : await whatExists(connection, tables, types, sending)
  const concerned = types.filter((type) => existing === null || existing.types.has(type) === (plan.sort === 'drop'))
  const steps = plan.steps(checkFirst === true ? (existing?.tables ?? null) : null, concerned, dialect.features)
  const all = steps.length === 0 ? steps : [...prelude(plan, dialect), ...steps]
  const applicable = all.filter((step) => !(step instanceof DdlElement) || holds(step.condition, dialect))
  if (applicable.length > 0) await runSteps(connection, applicable, sending)
}

/** Tables in a circle of foreign keys that cannot be dropped first are dropped with the keys unwatched. */
function prelude({ sort, isCircular }: DdlPlan, { deferForeignKeys }: Dialect): DdlElement[] {
  return sort === 'drop' && isCircular && deferForeignKeys !== undefined ? [new DDL(deferForeignKeys)] : []
}

/** Commands travel together as far as no listener is to be called between them; all are one transaction. */
async function runSteps(connection: DdlSender, steps: readonly DdlStep[], sending: FlightOptions): Promise<void> {
  let items: { readonly statement: DdlElement }[] = []
  for (const step of steps) {
    if (step instanceof DdlElement) {
      items.push({ statement: step })
      continue
    }
    await connection.flight(items, { ...sending, commit: false })
    items = []
    await step.call(connection)
  }
  await connection.flight(items, sending)
}

/** The tables and types that the database has. */
interface Existing {
  readonly tables: ReadonlySet<TableClause>
  readonly types: ReadonlySet<NamedType>
}

async function whatExists(
  connection: DdlSender,
  tables: readonly TableClause[],
  types: readonly NamedType[],
  sending: FlightOptions,
): Promise<Existing> {
  const { dialect, schemas } = connection
  const items = [
    ...tables.map(({ name, schema }) => ({
      statement: dialect.hasTableStatement(name, translatedSchema(schemas, schema)),
    })),
    ...types.map((type) => ({
      statement: dialect.hasTypeStatement(type.name, translatedSchema(schemas, type.schema)),
    })),
  ]
  const answers = items.length === 0 ? [] : await connection.flight(items, sending)
  const exists = (index: number): boolean => answers[index]?.rows[0]?.[0] === true
  return {
    tables: new Set(tables.filter((_, index) => exists(index))),
    types: new Set(types.filter((_, index) => exists(tables.length + index))),
  }
}
