// Copies that somebody watches: they are told of as executions of SQL given as a string.
import type { CommandResult } from '../dialect/contract/driver.ts'
import { ArgumentError } from '../errors.ts'
import { rowCountOf } from './hooks.ts'
import type { ExecutionTrace } from './trace.ts'
import { replaced, type Watched } from './watch.ts'

/** Runs a COPY and tells all who watch. */
export async function watchCopy(
  watched: Watched,
  sql: string,
  run: (sql: string, trace: ExecutionTrace | null) => Promise<readonly CommandResult[]>,
): Promise<readonly CommandResult[]> {
  const { observer, hub, face, runtime } = watched
  let own = sql
  if (hub.has('beforeExecute')) {
    const { statement, parameters } = await replaced(watched, { statement: sql })
    if (typeof statement !== 'string' || parameters !== null)
      throw new ArgumentError('A listener of beforeExecute can put other SQL in the place of a COPY, and nothing else')
    own = statement
  }
  const results = await observer.watch(own, (trace) => run(own, trace))
  if (hub.has('afterExecute')) {
    const rowCount = rowCountOf(results)
    const executionOptions = runtime.for(own, undefined).options
    await hub.emit('afterExecute', {
      connection: face,
      statement: own,
      parameters: null,
      executionOptions,
      result: null,
      rowCount,
    })
  }
  return results
}
