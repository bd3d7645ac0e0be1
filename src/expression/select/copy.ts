// What an empty SELECT says, and copies of what others say.
import type { SelectState } from './state.ts'

/** A SELECT with nothing in it. */
export const EMPTY_SELECT: SelectState = {
  items: [],
  names: null,
  froms: [],
  where: [],
  groupBy: [],
  having: [],
  orderBy: [],
  limit: null,
  offset: null,
  fetch: null,
  distinct: false,
  forUpdate: null,
  ctes: [],
  correlate: null,
  correlateExcept: null,
  labels: 'disambiguateOnly',
  affixes: null,
  options: [],
  executionOptions: {},
  plugin: null,
}

/** What a SELECT says, while it may be changed. */
export type ChangingState = { -readonly [K in keyof SelectState]: SelectState[K] }

/** A copy that may be changed until it is given away; spelt out, as spreading two objects takes ten times as long. */
export function copyOf(state: SelectState): ChangingState {
  return {
    items: state.items,
    names: state.names,
    froms: state.froms,
    where: state.where,
    groupBy: state.groupBy,
    having: state.having,
    orderBy: state.orderBy,
    limit: state.limit,
    offset: state.offset,
    fetch: state.fetch,
    distinct: state.distinct,
    forUpdate: state.forUpdate,
    ctes: state.ctes,
    correlate: state.correlate,
    correlateExcept: state.correlateExcept,
    labels: state.labels,
    affixes: state.affixes,
    options: state.options,
    executionOptions: state.executionOptions,
    plugin: state.plugin,
  }
}
