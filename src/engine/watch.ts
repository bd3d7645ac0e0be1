// Executions that somebody watches: listeners of `beforeExecute` and `afterExecute`, tracers, tracing channels, the log of slow ones.
import { orAborted } from '../abort.ts'
import { ArgumentError } from '../errors.ts'
import { Executable } from '../expression/base/executable.ts'
import type { ExecuteReplacement, Hub } from './events.ts'
import { Execution } from './execution.ts'
import type { FlightItem } from './flight.ts'
import type { Observer } from './observer.ts'
import type { ExecuteOptions } from './options.ts'
import { Result } from './result/result.ts'
import type { Runtime } from './runtime.ts'
import type { ExecutionTrace } from './trace.ts'

/** Who watches, and what they are told of. */
export interface Watched {
  readonly observer: Observer
  readonly hub: Hub
  /** The Connection; null where nobody asks for one. */
  readonly face: unknown
  /** What finds the options that a statement runs with. */
  readonly runtime: Pick<Runtime, 'for'>
}

/** Runs an execution and tells all who watch. */
export async function watchExecution(
  watched: Watched,
  execution: Execution,
  run: (execution: Execution, trace: ExecutionTrace | null) => Promise<Result>,
): Promise<Result> {
  const { observer, hub } = watched
  let own = execution
  if (hub.has('beforeExecute')) {
    const { statement, parameters } = await replaced(watched, execution)
    own = new Execution(execution.runner, statement, parameters, execution.options)
    own.commit = execution.commit
  }
  const result = await observer.watch(own.statement, (trace) => run(own, trace))
  if (hub.has('afterExecute')) await tellExecuted(watched, own, result, result.rowCount)
  return result
}

/** Runs a flight of statements and tells all who watch of each. */
export async function watchFlight<R extends { readonly rowCount: number | null }>(
  watched: Watched,
  items: readonly FlightItem[],
  run: (items: readonly FlightItem[], trace: ExecutionTrace | null) => Promise<R[]>,
): Promise<R[]> {
  const { observer, hub } = watched
  const own = hub.has('beforeExecute') ? await replacedItems(watched, items) : items
  const [only] = own
  const results = await observer.watch(own.length === 1 && only !== undefined ? only.statement : null, (trace) =>
    run(own, trace),
  )
  if (hub.has('afterExecute'))
    for (let index = 0; index < own.length; index += 1) {
      const given = results[index]
      const result = given instanceof Result ? given : null
      await tellExecuted(watched, own[index] as FlightItem, result, given?.rowCount ?? null)
    }
  return results
}

interface Executed {
  readonly statement: Executable | string
  readonly parameters?: unknown
  readonly options?: ExecuteOptions | undefined
}

async function tellExecuted(
  { hub, face, runtime }: Watched,
  { statement, parameters = null, options }: Executed,
  result: Result | null,
  rowCount: number | null,
): Promise<void> {
  const executionOptions = runtime.for(statement, options).options
  await hub.emit('afterExecute', { connection: face, statement, parameters, executionOptions, result, rowCount })
}

async function replacedItems(watched: Watched, items: readonly FlightItem[]): Promise<FlightItem[]> {
  const own: FlightItem[] = []
  for (const item of items) {
    const { statement, parameters } = await replaced(watched, item)
    if (!(statement instanceof Executable))
      throw new ArgumentError('A listener of beforeExecute cannot put SQL in the place of a statement of the ORM')
    own.push({ ...item, statement, parameters: parameters as NonNullable<FlightItem['parameters']> | null })
  }
  return own
}

/** A statement and its parameters as listeners of `beforeExecute` want them. */
export async function replaced(
  { hub, face, runtime }: Pick<Watched, 'hub' | 'face' | 'runtime'>,
  given: {
    readonly statement: Executable | string
    readonly parameters?: unknown
    readonly options?: ExecuteOptions | undefined
  },
): Promise<{ statement: Executable | string; parameters: unknown }> {
  let { statement, parameters = null } = given
  const event = {
    connection: face,
    get statement() {
      return statement
    },
    get parameters() {
      return parameters
    },
    executionOptions: runtime.for(statement, given.options).options,
  }
  const told = hub.emit('beforeExecute', event, (answer) => {
    const replacement = checkReplacement(answer)
    statement = replacement.statement ?? statement
    if (replacement.parameters !== undefined) parameters = replacement.parameters
  })
  if (told !== undefined) await orAborted(told, given.options?.signal)
  return { statement, parameters }
}

function checkReplacement(answer: unknown): ExecuteReplacement {
  if (answer === undefined || answer === null) return {}
  const { statement } = answer as { readonly statement?: unknown }
  const isStatement = statement === undefined || typeof statement === 'string' || statement instanceof Executable
  if (typeof answer !== 'object' || !isStatement || !Object.keys(answer).every((key) => KEYS.includes(key)))
    throw new ArgumentError('A listener of beforeExecute returns nothing, or { statement?, parameters? }')
  return answer
}

const KEYS = ['statement', 'parameters']
