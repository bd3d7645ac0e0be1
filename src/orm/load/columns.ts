// Loads the columns of objects that are there already: expired ones, or those that a query left out.
import type { MapperLike, StateLike } from '../contract/orm.ts'
import { keysLoad } from '../query/post-load.ts'
import type { LoadContext, LoadFlight } from './context.ts'
import { readWholeRows } from './instances.ts'

/**
 * Fills the columns that are not loaded, one flight for all objects. What is loaded, or was set, stays.
 *
 * @returns the objects whose rows are gone.
 */
export async function loadColumns(
  states: readonly StateLike[],
  context: LoadContext,
  flight: LoadFlight,
): Promise<StateLike[]> {
  const byMapper: Map<MapperLike, StateLike[]> = new Map()
  for (const state of states) {
    const own = byMapper.get(state.mapper)
    if (own === undefined) byMapper.set(state.mapper, [state])
    else own.push(state)
  }
  if (byMapper.size === 0) return []
  const loads = [...byMapper].map(([mapper, own]) => ({ load: keysLoad(mapper), mapper, own }))
  const results = await flight(
    loads.map(({ load, mapper, own }) => {
      const parameters: Record<string, unknown> = {}
      for (const [index, { slot }] of mapper.primaryKey.entries())
        parameters[`p${index}`] = own.map((state) => state.committedValue(slot))
      return { statement: load.statement, parameters }
    }),
  )
  const gone: StateLike[] = []
  for (const [index, { load, own }] of loads.entries()) {
    const found = new Set(readWholeRows(load.plan, results[index]?.rows ?? [], context))
    for (const state of own) if (!found.has(state)) gone.push(state)
  }
  return gone
}
