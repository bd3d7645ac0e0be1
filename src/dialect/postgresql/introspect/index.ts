// The introspector of PostgreSQL: whatever the number of relations, one flight of at most five queries.
import {
  type CatalogReader,
  emptyRelation,
  type Introspector,
  type ReflectedDomain,
  type ReflectedEnum,
  type ReflectedRelation,
  type RelationPart,
  type RelationScope,
} from '../../contract/introspector.ts'
import { placeOfCollation } from './collation.ts'
import { columnOf, columnsQuery } from './columns.ts'
import { constraintSorts, constraintsOf, constraintsQuery } from './constraints.ts'
import { indexesQuery, indexOf } from './indexes.ts'
import { ask, type CatalogQuery, catalogQuery, grouped, maybeText, textOf } from './query.ts'
import { dependenciesOf, readRelations, relationName, relationsQuery, storageOf } from './relations.ts'
import { readSequences } from './sequences.ts'
import { TypeReader } from './type-reader.ts'
import { type TypeRow, typesQuery } from './types-query.ts'

const DEFAULT_SCHEMA = catalogQuery<{ readonly name: string | null }>(
  { name: maybeText('pg_catalog.current_schema()') },
  [''],
)

const SCHEMAS = catalogQuery<{ readonly name: string }>({ name: textOf('n.nspname') }, [
  "FROM pg_catalog.pg_namespace n WHERE n.nspname NOT LIKE 'pg\\_%' ORDER BY n.nspname",
])

/** Reads PostgreSQL's catalogs. */
export const introspector: Introspector = {
  async defaultSchemaName(read) {
    const [row] = await ask(read, DEFAULT_SCHEMA)
    return row?.name ?? 'public'
  },
  async schemaNames(read) {
    return (await ask(read, SCHEMAS)).map(({ name }) => name)
  },
  relations: readRelations,
  describe,
  sequences: readSequences,
  enums: readEnums,
  domains: readDomains,
}

/** A query that is only sent where it is wanted. */
function wanted<Row>(isWanted: boolean, query: () => CatalogQuery<Row>): CatalogQuery<Row> | null {
  return isWanted ? query() : null
}

async function describe(
  read: CatalogReader,
  scope: RelationScope,
  parts: readonly RelationPart[],
): Promise<ReflectedRelation[]> {
  const sorts = constraintSorts(parts)
  const withColumns = parts.includes('columns')
  const queries = {
    relations: relationsQuery(scope, parts),
    columns: wanted(withColumns, () => columnsQuery(scope)),
    types: wanted(withColumns, () => typesQuery()),
    constraints: wanted(sorts.length > 0, () => constraintsQuery(scope, sorts)),
    indexes: wanted(parts.includes('indexes'), () => indexesQuery(scope)),
  }
  const sent = Object.values(queries).filter((query) => query !== null)
  const answers = await read(sent.map((query) => query.statement))
  const rowsOf = <Row>(query: CatalogQuery<Row> | null): Row[] =>
    query === null ? [] : query.read(answers[sent.indexOf(query as never)] ?? [])
  const types = new TypeReader(rowsOf(queries.types))
  const columns = grouped(rowsOf(queries.columns))
  const constraints = grouped(rowsOf(queries.constraints))
  const indexes = grouped(rowsOf(queries.indexes))
  const { schema } = scope
  return rowsOf(queries.relations).map((row) => ({
    ...emptyRelation(relationName(row, schema)),
    comment: row.comment,
    definition: row.definition,
    dependsOn: dependenciesOf(row, schema),
    ...(parts.includes('storage') ? { storage: storageOf(row, schema) } : {}),
    columns: (columns.get(row.relation) ?? []).map((column) => columnOf(column, types, schema)),
    ...constraintsOf(constraints.get(row.relation) ?? [], schema),
    indexes: (indexes.get(row.relation) ?? []).map(indexOf),
  }))
}

/** Types of one sort in the schema asked for: null is what the name alone finds, '*' are all. */
function inSchema(rows: readonly TypeRow[], sort: string, schema: string | null): TypeRow[] {
  return rows.filter(
    (row) => row.sort === sort && (schema === '*' || (schema === null ? row.visible : row.schema === schema)),
  )
}

async function readEnums(read: CatalogReader, schema: string | null): Promise<ReflectedEnum[]> {
  const rows = await ask(read, typesQuery())
  return inSchema(rows, 'e', schema).map(({ name, schema: place, visible, labels, comment }) => ({
    name,
    schema: place,
    visible,
    labels,
    comment,
  }))
}

async function readDomains(read: CatalogReader, schema: string | null): Promise<ReflectedDomain[]> {
  const rows = await ask(read, typesQuery())
  const types = new TypeReader(rows)
  return inSchema(rows, 'd', schema).map((row) => ({
    name: row.name,
    schema: row.schema,
    visible: row.visible,
    type: types.domain(row).base,
    typeName: row.baseName ?? '',
    nullable: !row.notNull,
    default: row.default,
    collation: row.collation,
    ...placeOfCollation(row),
    constraints: row.checks.map((check, place) => ({ name: row.checkNames[place] ?? '', check })),
    comment: row.comment,
  }))
}
