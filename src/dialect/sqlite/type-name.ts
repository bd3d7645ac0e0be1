// Types as SQLite spells them: the words decide how a column keeps its values (affinity), so they are chosen for that.
import type { DateTimeType, TimeType } from '../../expression/types/temporal.ts'
import type { TypeHost } from '../../expression/types/type.ts'
import { type TypeSpellings, typeSpellings } from '../compile/type-name.ts'

/** What types are told of this dialect. */
export const HOST: TypeHost = { name: 'sqlite' }

const {
  array: _noArrays,
  // Others that the standard has and SQLite would read as something else are spelt below.
  ...standard
} = typeSpellings

/** Names in DDL and CAST. */
export const sqliteTypes: TypeSpellings = {
  ...standard,
  dateTime: (type: DateTimeType) => (type.timezone ? 'TIMESTAMP WITH TIME ZONE' : 'DATETIME'),
  time: (type: TimeType) => (type.timezone ? 'TIME WITH TIME ZONE' : 'TIME'),
  interval: () => 'INTERVAL',
  uuid: () => 'UUID',
  jsonb: () => 'JSON',
  jsonKey: () => 'TEXT',
  jsonPath: () => 'TEXT',
}
