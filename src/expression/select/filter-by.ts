// `filterBy()`: criteria by the names of columns, wherever in FROM they are.
import { AmbiguousColumnError, ArgumentError } from '../../errors.ts'
import { quoteName, suggestion } from '../../nearest.ts'
import { describe } from '../coerce/describe.ts'
import { isRecord } from '../coerce/record.ts'
import type { ColumnElement, NamedElement } from '../element/column-element.ts'
import { describeSide } from '../from/join-condition.ts'
import { EntityElement } from './entity.ts'
import { impliedFroms } from './froms.ts'
import type { SelectState } from './state.ts'

/** What has columns by name: its words for messages, and the columns. */
interface Source {
  readonly name: string
  readonly columns: readonly NamedElement[]
}

/** `column = value` for each key. */
export function equalities(state: SelectState, values: unknown, where: string): readonly ColumnElement<boolean>[] {
  if (!isRecord(values))
    throw new ArgumentError(`${where} takes an object of values by column; got ${describe(values)}`)
  const sources = sourcesOf(state)
  return Object.entries(values).map(([key, value]) => columnCalled(key, sources, where).eq(value as never))
}

function sourcesOf(state: SelectState): readonly Source[] {
  const entities = state.items.filter((item) => item instanceof EntityElement)
  const ofEntities = entities.map(({ entityName, columns }) => ({ name: entityName, columns }))
  const tables = impliedFroms(state)
    .flatMap((from) => from.containedFroms())
    .filter((from) => from.kind !== 'join' && !entities.some((entity) => entity.from === from))
  const unique = [...new Set(tables)].map((from) => ({ name: describeSide(from as never), columns: from.columnList }))
  return [...ofEntities, ...unique]
}

function columnCalled(key: string, sources: readonly Source[], where: string): NamedElement {
  const found = sources.flatMap(({ name, columns }) =>
    columns.filter((column) => column.key === key).map((column) => ({ name, column })),
  )
  const [only] = found
  if (only === undefined) {
    const known = sources.flatMap(({ columns }) => columns.map((column) => column.key))
    throw new ArgumentError(`${where}: nothing in FROM has a column ${quoteName(key)}${suggestion(key, known)}`)
  }
  if (found.length > 1)
    throw new AmbiguousColumnError(
      `${where}: ${found.map(({ name }) => name).join(' and ')} have a column ${quoteName(key)} each. Write where(table.c.${key}.eq(...))`,
    )
  return only.column
}
