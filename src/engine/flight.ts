// A flight of several statements, as the ORM sends them: each compiled through the cache, all in one round trip.
import type { Compiled } from '../dialect/contract/compiled.ts'
import type { Command, CommandResult } from '../dialect/contract/driver.ts'
import type { Dialect } from '../dialect/dialect.ts'
import type { Executable } from '../expression/base/executable.ts'
import type { CompiledEntry } from './compiled-cache.ts'
import { commandOf, processRows, resolveStatement } from './execution.ts'
import type { ExecuteOptions } from './options.ts'
import { type LateValue, valuesOf } from './parameters.ts'
import type { Runtime } from './runtime.ts'

/** A statement of a flight. @internal */
export interface FlightItem {
  readonly statement: Executable
  /** Values by name; for INSERT and UPDATE also the columns that are written. */
  readonly parameters?: Readonly<Record<string, unknown>> | null
  /** Options of this execution. */
  readonly options?: ExecuteOptions
}

/** What a statement of a flight gave. @internal */
export interface FlightResult {
  /** Values in column order, processed by their types; owned by the receiver. */
  readonly rows: unknown[][]
  readonly rowCount: number | null
  readonly compiled: Compiled
  /** What the statement's plugin planned for its rows. */
  readonly plan: unknown
  readonly entry: CompiledEntry
  readonly command: Command
}

/** How a flight is sent. @internal */
export interface FlightOptions {
  /** COMMIT travels behind the statements. Default false. */
  readonly commit?: boolean
  readonly signal?: AbortSignal
}

/** A flight ready to be sent. */
export interface PreparedFlight {
  readonly commands: readonly Command[]
  readonly origins: readonly CompiledEntry[]
  /** What the flight runs with: the last statement that has options of its own decides. */
  readonly via: Runtime
  /** Values that have to be waited for before it is sent. */
  readonly late: readonly LateValue[]
}

/** Sends flights. */
export interface FlightSender {
  readonly dialect: Dialect
  /** @internal */
  flight(items: readonly FlightItem[], options?: FlightOptions): Promise<FlightResult[]>
}

/** Compiles the statements of a flight and binds their values. */
export function prepareFlight(runtime: Runtime, items: readonly FlightItem[]): PreparedFlight {
  const commands: Command[] = []
  const origins: CompiledEntry[] = []
  const late: LateValue[] = []
  let via = runtime
  for (const { statement, parameters = null, options } of items) {
    const own = runtime.forAll(statement, options)
    if (own !== runtime) via = own
    const resolved = resolveStatement(own, statement, parameters)
    origins.push(resolved.entry)
    commands.push(commandOf(own, resolved.compiled, valuesOf(resolved, parameters, null, late)))
  }
  return { commands, origins, via, late }
}

/** What each statement gave. */
export function flightResults(
  { origins, commands }: PreparedFlight,
  results: readonly CommandResult[],
): FlightResult[] {
  return origins.map((entry, index) => {
    const { rows, rowCount } = results[index] as CommandResult
    if (entry.processes !== null) processRows(rows, entry.processes)
    return {
      rows,
      rowCount,
      compiled: entry.compiled,
      plan: entry.plan,
      entry,
      command: commands[index] as Command,
    }
  })
}
