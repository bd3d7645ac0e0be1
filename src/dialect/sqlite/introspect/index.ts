// The introspector of SQLite: a flight for all relations of a scope, whatever their number.

import { foldName } from '../../contract/features.ts'
import {
  type CatalogReader,
  emptyRelation,
  type Introspector,
  type ReflectedColumn,
  type ReflectedForeignKey,
  type ReflectedIndex,
  type ReflectedPrimaryKey,
  type ReflectedRelation,
  type ReflectedUniqueConstraint,
  type RelationName,
  type RelationPart,
  type RelationScope,
} from '../../contract/introspector.ts'
import { readCreateTable, type WrittenConstraint, type WrittenTable } from './create-table.ts'
import {
  ask,
  type CatalogQuery,
  type ColumnRow,
  columnsQuery,
  type ForeignKeyRow,
  foreignKeysQuery,
  type IndexRow,
  indexesQuery,
  type RelationRow,
  relationsQuery,
  SCHEMAS,
} from './queries.ts'
import { isAt, partsOf, textBehind, type Word, wordsOf } from './sql-words.ts'
import { typeOf } from './types.ts'

/** Reads the catalogs of SQLite. */
export const introspector: Introspector = {
  defaultSchemaName: async () => 'main',
  schemaNames: async (read) => (await ask(read, SCHEMAS)).map(({ name }) => name),
  relations: readRelations,
  describe,
  sequences: async () => [],
  enums: async () => [],
  domains: async () => [],
}

/** A schema that is read, and whether all in it is temporary. */
interface Place {
  readonly schema: string
  readonly temporary: boolean
}

function placesOf({ schema, temporary }: RelationScope): Place[] {
  if (schema !== null) return temporary === true && schema !== 'temp' ? [] : [{ schema, temporary: schema === 'temp' }]
  const places = [
    { schema: 'main', temporary: false },
    { schema: 'temp', temporary: true },
  ]
  return places.filter((place) => temporary === null || place.temporary === temporary)
}

/** An attached database that is not there has nothing in it. */
async function presentPlaces(read: CatalogReader, scope: RelationScope): Promise<Place[]> {
  const places = placesOf(scope)
  if (scope.schema === null || scope.schema === 'main' || scope.schema === 'temp') return places
  const names = (await ask(read, SCHEMAS)).map(({ name }) => name)
  return names.some((name) => isSame(name, scope.schema ?? '')) ? places : []
}

function nameOf(row: RelationRow, scope: RelationScope, place: Place): RelationName {
  return {
    name: row.name,
    schema: scope.schema,
    kind: row.isView ? 'view' : 'table',
    temporary: place.temporary,
  }
}

const byName = (one: RelationName, other: RelationName): number => (one.name < other.name ? -1 : 1)

async function readRelations(read: CatalogReader, scope: RelationScope): Promise<RelationName[]> {
  const places = await presentPlaces(read, scope)
  const queries = places.map(({ schema }) => relationsQuery(schema, scope))
  const answers = queries.length === 0 ? [] : await read(queries.map(({ statement }) => statement))
  return places
    .flatMap((place, index) =>
      (queries[index]?.read(answers[index] ?? []) ?? []).map((row) => nameOf(row, scope, place)),
    )
    .sort(byName)
}

async function describe(
  read: CatalogReader,
  scope: RelationScope,
  parts: readonly RelationPart[],
): Promise<ReflectedRelation[]> {
  const places = await presentPlaces(read, scope)
  const all: ReflectedRelation[] = []
  for (const place of places) all.push(...(await describeIn(read, scope, parts, place)))
  return all.sort(byName)
}

async function describeIn(
  read: CatalogReader,
  scope: RelationScope,
  parts: readonly RelationPart[],
  place: Place,
): Promise<ReflectedRelation[]> {
  const { schema } = place
  const wants = (...some: readonly RelationPart[]): boolean => some.some((part) => parts.includes(part))
  const queries = {
    relations: relationsQuery(schema, scope),
    columns: wants('columns', 'primaryKey') ? columnsQuery(schema, scope) : null,
    foreignKeys: wants('foreignKeys') ? foreignKeysQuery(schema, scope) : null,
    indexes: wants('indexes', 'uniqueConstraints') ? indexesQuery(schema, scope) : null,
  }
  const sent = Object.values(queries).filter((query) => query !== null)
  const answers = await read(sent.map(({ statement }) => statement))
  const rowsOf = <Row>(query: CatalogQuery<Row> | null): Row[] =>
    query === null ? [] : query.read(answers[sent.indexOf(query as never)] ?? [])
  const columns = grouped(rowsOf(queries.columns))
  const foreignKeys = grouped(rowsOf(queries.foreignKeys))
  const indexes = grouped(rowsOf(queries.indexes))
  return rowsOf(queries.relations).map((row) => {
    const written = readCreateTable(row.isView ? null : row.sql)
    const own = columns.get(row.name) ?? []
    const keys = indexes.get(row.name) ?? []
    return {
      ...emptyRelation(nameOf(row, scope, place)),
      ...(wants('columns') ? { columns: own.map((column) => columnOf(column, own, written)) } : {}),
      ...(wants('primaryKey') ? { primaryKey: primaryKeyOf(own, written) } : {}),
      ...(wants('foreignKeys') ? { foreignKeys: foreignKeysOf(foreignKeys.get(row.name) ?? [], written, scope) } : {}),
      ...(wants('uniqueConstraints') ? { uniqueConstraints: uniquesOf(keys, written) } : {}),
      ...(wants('checkConstraints') ? { checkConstraints: checksOf(written) } : {}),
      ...(wants('indexes') ? { indexes: indexesOf(keys, written) } : {}),
      ...(wants('definition') && row.isView ? { definition: definitionOf(row.sql) } : {}),
    }
  })
}

function grouped<Row extends { readonly relation: string }>(rows: readonly Row[]): Map<string, Row[]> {
  const groups = new Map<string, Row[]>()
  for (const row of rows) {
    const group = groups.get(row.relation)
    if (group === undefined) groups.set(row.relation, [row])
    else group.push(row)
  }
  return groups
}

/** The SELECT of a view. */
function definitionOf(sql: string | null): string | null {
  return sql === null ? null : textBehind(sql, 'AS')
}

const isSame = (one: string, other: string): boolean => foldName(one) === foldName(other)
const areSame = (some: readonly string[], others: readonly string[]): boolean =>
  some.length === others.length && some.every((each, index) => isSame(each, others[index] ?? ''))

// ---- columns and the primary key ---------------------------------------------------------------------------------------

const VIRTUAL = 2
const STORED = 3

function columnOf(row: ColumnRow, all: readonly ColumnRow[], { columns }: WrittenTable): ReflectedColumn {
  const written = columns.find(({ name }) => isSame(name, row.name))
  const { type, known } = typeOf(row.type)
  const isGenerated = row.hidden === VIRTUAL || row.hidden === STORED
  const isOnlyKey = row.key === 1 && all.filter(({ key }) => key > 0).length === 1
  const isNumbered = isOnlyKey && row.type.toUpperCase() === 'INTEGER'
  return {
    name: row.name,
    type,
    known,
    typeName: row.type,
    nullable: !row.isNotNull && row.key === 0,
    default: isGenerated ? null : row.default,
    autoincrement: isNumbered,
    sequence: null,
    identity: isNumbered && written?.autoincrement === true ? NUMBERED_FOR_EVER : null,
    computed: isGenerated ? { sql: written?.computed ?? '', persisted: row.hidden === STORED } : null,
    collation: written?.collation ?? null,
    storage: null,
    compression: null,
    comment: null,
  }
}

/** AUTOINCREMENT. */
const NUMBERED_FOR_EVER = {
  always: false,
  start: 1n,
  increment: 1n,
  minValue: 1n,
  maxValue: 2n ** 63n - 1n,
  cycle: false,
  cache: 1,
}

function primaryKeyOf(rows: readonly ColumnRow[], { constraints }: WrittenTable): ReflectedPrimaryKey | null {
  const columns = rows.filter(({ key }) => key > 0).sort((one, other) => one.key - other.key)
  if (columns.length === 0) return null
  const name = constraints.find(({ sort }) => sort === 'primaryKey')?.name ?? null
  return {
    name,
    columns: columns.map((column) => column.name),
    include: [],
    comment: null,
    deferrable: false,
    initially: null,
  }
}

// ---- constraints and indexes -----------------------------------------------------------------------------------------

type Action = ReflectedForeignKey['options']['onDelete']

function foreignKeysOf(
  rows: readonly ForeignKeyRow[],
  { constraints }: WrittenTable,
  { schema }: RelationScope,
): ReflectedForeignKey[] {
  const written = constraints.filter(({ sort }) => sort === 'foreignKey')
  const ids = [...new Set(rows.map(({ id }) => id))]
  const columnsOf = (id: number): string[] => rows.filter((row) => row.id === id).map(({ from }) => from)
  return ids.map((id) => {
    const own = rows.filter((row) => row.id === id)
    const [first] = own as [ForeignKeyRow]
    const columns = columnsOf(id)
    // Of several over the same columns the one that is written last has the lowest number.
    const before = ids.filter((other) => other > id && areSame(columnsOf(other), columns)).length
    const said = written.filter((each) => areSame(each.columns, columns))[before]
    const action = (given: string): Action | null => (given === 'NO ACTION' ? null : (given as Action))
    const [onDelete, onUpdate] = [action(first.onDelete), action(first.onUpdate)]
    return {
      name: said?.name ?? null,
      comment: null,
      columns,
      referredSchema: schema,
      referredTable: first.table,
      referredColumns: own.flatMap(({ to }) => (to === null ? [] : [to])),
      options: {
        ...(onDelete === null || onDelete === undefined ? {} : { onDelete }),
        ...(onUpdate === null || onUpdate === undefined ? {} : { onUpdate }),
        ...(said?.deferrable === true ? { deferrable: true } : {}),
        ...(said?.initially == null ? {} : { initially: said.initially }),
      },
    }
  })
}

function indexNames(rows: readonly IndexRow[], origin: string): string[] {
  return [...new Set(rows.filter((row) => row.origin === origin).map(({ index }) => index))]
}

function writtenUnique(columns: readonly string[], { constraints }: WrittenTable): WrittenConstraint | undefined {
  return constraints.find(({ sort, columns: own }) => sort === 'unique' && areSame(own, columns))
}

function uniquesOf(rows: readonly IndexRow[], written: WrittenTable): ReflectedUniqueConstraint[] {
  return indexNames(rows, 'u').map((name) => {
    const columns = rows.filter(({ index }) => index === name).flatMap(({ column }) => column ?? [])
    return {
      name: writtenUnique(columns, written)?.name ?? null,
      comment: null,
      columns,
      include: [],
      nullsNotDistinct: false,
      deferrable: false,
      initially: null,
    }
  })
}

function checksOf({ constraints }: WrittenTable): ReflectedRelation['checkConstraints'] {
  return constraints.flatMap(({ sort, sql, name }) =>
    sort !== 'check' || sql === null ? [] : [{ name, comment: null, sql, noInherit: false, notValid: false }],
  )
}

/** Indexes that were created as such, by name; those of constraints go with the constraints. */
function indexesOf(rows: readonly IndexRow[], written: WrittenTable): ReflectedIndex[] {
  const names = [...indexNames(rows, 'c')].sort((one, other) => (one < other ? -1 : 1))
  return names.map((name) => {
    const own = rows.filter(({ index }) => index === name)
    const [first] = own as [IndexRow]
    const words = wordsOf(first.sql ?? '')
    const body = words.find(({ inside }) => inside !== null)?.inside ?? ''
    const listed = partsOf(body)
    return {
      name,
      comment: null,
      unique: first.isUnique,
      parts: own.map((row, place) =>
        keyPart(row, body, (listed.length === own.length ? listed[place] : undefined) ?? []),
      ),
      include: [],
      using: 'btree',
      where: textBehind(first.sql ?? '', 'WHERE'),
      nullsNotDistinct: false,
      with: {},
      tablespace: null,
      duplicatesConstraint: duplicateOf(own, written),
      valid: true,
    }
  })
}

function duplicateOf(own: readonly IndexRow[], written: WrittenTable): string | null {
  const columns = own.flatMap(({ column }) => column ?? [])
  return own[0]?.isUnique === true ? (writtenUnique(columns, written)?.name ?? null) : null
}

function keyPart(row: IndexRow, body: string, words: readonly Word[]): ReflectedIndex['parts'][number] {
  return {
    column: row.column,
    sql: row.column === null ? expressionOf(words, body) : quoteColumn(row.column),
    collation: row.collation === null || row.collation === 'BINARY' ? null : row.collation,
    operatorClass: null,
    descending: row.isDescending,
    nulls: null,
  }
}

function quoteColumn(name: string): string {
  return /^[a-z_][a-z0-9_]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`
}

/** The expression as it is written, without what follows it. */
function expressionOf(words: readonly Word[], body: string): string {
  const isDirected = isAt(words, words.length - 1, 'ASC') || isAt(words, words.length - 1, 'DESC')
  const last = words.at(isDirected ? -2 : -1)
  return body.slice(words[0]?.start ?? 0, last?.end ?? 0)
}
