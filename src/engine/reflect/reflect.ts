// Reflection: which relations are needed, read in as few flights as there are steps of references, then made into tables.
import { InvalidRequestError, NoSuchTableError } from '../../errors.ts'
import type { MetaData } from '../../expression/schema/metadata.ts'
import type {
  ReflectedRelation,
  RelationKind,
  RelationName,
  RelationReference,
} from '../../expression/schema/reflected.ts'
import type { ReflectRequest } from '../../expression/schema/reflector.ts'
import type { Table } from '../../expression/schema/table.ts'
import type { View } from '../../expression/schema/view.ts'
import { quoteName, suggestion } from '../../nearest.ts'
import { isWanted } from './build-columns.ts'
import { type Building, buildTable, buildView, relationKey } from './build-table.ts'

/** Reads relations with all their parts. */
export interface RelationSource {
  /** A name as the dialect quotes it. */
  quote(name: string): string
  /** A name as the database compares it. */
  fold(name: string): string
  names(schema: string | null, kinds: readonly RelationKind[], temporary: boolean): Promise<readonly RelationName[]>
  describe(
    schema: string | null,
    names: readonly string[] | null,
    kinds: readonly RelationKind[],
    temporary: boolean,
  ): Promise<readonly ReflectedRelation[]>
}

const TABLES: readonly RelationKind[] = ['table', 'foreignTable']

/**
 * Makes the tables and views that a request asks for.
 *
 * @throws NoSuchTableError one that was asked for by its only name is not there.
 * @throws InvalidRequestError some of several are not there.
 */
export async function reflect(
  source: RelationSource,
  registry: MetaData,
  request: ReflectRequest,
): Promise<(Table | View)[]> {
  const { asked, names } = await firstRelations(source, registry, request)
  const found = new Map(asked.map((relation) => [relationKey(relation), relation]))
  await addReferred(source, registry, request, found)
  const building: Building = { registry, request, quote: (name) => source.quote(name) }
  const coming: Building = {
    ...building,
    request: { ...request, columns: {}, includeColumns: null, excludeColumns: [], extendExisting: false },
  }
  const chosen = new Set<ReflectedRelation>(asked)
  for (const relation of inOrder([...found.values()])) {
    const isAsked = chosen.has(relation)
    if (isView(relation) && !request.viewsAsTables) {
      // One without columns is allowed; there is nothing that could be selected from it.
      if (relation.columns.length > 0) buildView(building, relation)
    } else await buildTable(isAsked ? building : coming, relation)
  }
  return requested(registry, asked, names, request)
}

function isView({ kind }: RelationName): boolean {
  return kind === 'view' || kind === 'materializedView'
}

interface First {
  /** Those to be made. */
  readonly asked: readonly ReflectedRelation[]
  /** The names that were asked for, as they are in the database; null for all. */
  readonly names: readonly string[] | null
}

async function firstRelations(source: RelationSource, registry: MetaData, request: ReflectRequest): Promise<First> {
  const { schema, kinds, temporary } = request
  const isNew = (name: string): boolean => request.extendExisting || !isKnown(registry, { name, schema })
  if (request.names === null) {
    const all = await source.describe(schema, null, kinds, temporary)
    return { asked: all.filter(({ name }) => isNew(name)), names: null }
  }
  const names = Array.isArray(request.names)
    ? (request.names as readonly string[])
    : await chosenNames(source, request, request.names as (name: string) => boolean)
  const missing = names.filter(isNew)
  const found = missing.length === 0 ? [] : await source.describe(schema, missing, kinds, temporary)
  const known = new Map(found.map(({ name }) => [source.fold(name), name]))
  const lost = missing.filter((name) => !known.has(source.fold(name)))
  if (lost.length > 0) await failMissing(source, request, lost)
  return {
    asked: found.filter(({ name }) => isNew(name)),
    names: Array.isArray(request.names) ? names.map((name) => known.get(source.fold(name)) ?? name) : null,
  }
}

async function chosenNames(
  source: RelationSource,
  { schema, kinds, temporary }: ReflectRequest,
  choose: (name: string) => boolean,
): Promise<string[]> {
  const all = await source.names(schema, kinds, temporary)
  return all.map(({ name }) => name).filter((name) => choose(name))
}

async function failMissing(source: RelationSource, request: ReflectRequest, lost: readonly string[]): Promise<never> {
  const { schema, kinds, temporary } = request
  const known = (await source.names(schema, kinds, temporary)).map(({ name }) => name)
  const [only = ''] = lost
  const place = schema === null ? '' : ` in schema ${quoteName(schema)}`
  if (lost.length === 1)
    throw new NoSuchTableError(`The database has no table ${quoteName(only)}${place}${suggestion(only, known)}`)
  throw new InvalidRequestError(`The database has no tables ${lost.map(quoteName).join(', ')}${place}`)
}

/** Adds the tables that those found refer to, stand on or are parts of, step by step. */
async function addReferred(
  source: RelationSource,
  registry: MetaData,
  request: ReflectRequest,
  found: Map<string, ReflectedRelation>,
): Promise<void> {
  let last: readonly ReflectedRelation[] = [...found.values()]
  const asked = new Set(last)
  while (last.length > 0) {
    const wanted = new Map<string | null, Set<string>>()
    for (const reference of last.flatMap((relation) => referencesOf(relation, request, asked.has(relation)))) {
      if (found.has(relationKey(reference)) || isKnown(registry, reference)) continue
      const names = wanted.get(reference.schema) ?? new Set()
      wanted.set(reference.schema, names.add(reference.name))
    }
    const next: ReflectedRelation[] = []
    for (const [schema, names] of wanted) next.push(...(await source.describe(schema, [...names], TABLES, true)))
    // A database may know a table by more names than its own.
    last = next.filter((relation) => !found.has(relationKey(relation)))
    for (const relation of last) found.set(relationKey(relation), relation)
  }
}

function referencesOf(
  { foreignKeys, storage }: ReflectedRelation,
  request: ReflectRequest,
  isAsked: boolean,
): RelationReference[] {
  if (!request.resolveForeignKeys) return []
  const isKept = (columns: readonly string[]): boolean => columns.every((name) => isWanted(name, request))
  const kept = isAsked ? foreignKeys.filter(({ columns }) => isKept(columns)) : foreignKeys
  return [
    ...kept.map(({ referredSchema, referredTable }) => ({ schema: referredSchema, name: referredTable })),
    ...storage.inherits,
    ...(storage.partitionOf === null ? [] : [storage.partitionOf.parent]),
  ]
}

function isKnown(registry: MetaData, reference: RelationReference): boolean {
  const key = relationKey(reference)
  return registry.findTable(key) !== null || registry.views.has(key)
}

/** What stands on others behind them: partitions, tables that inherit, views. */
function inOrder(relations: readonly ReflectedRelation[]): ReflectedRelation[] {
  const byKey = new Map(relations.map((relation) => [relationKey(relation), relation]))
  const done = new Set<ReflectedRelation>()
  const ordered: ReflectedRelation[] = []
  const visit = (relation: ReflectedRelation): void => {
    if (done.has(relation)) return
    done.add(relation)
    const { inherits, partitionOf } = relation.storage
    const below = [...inherits, ...(partitionOf === null ? [] : [partitionOf.parent]), ...relation.dependsOn]
    for (const reference of below) {
      const other = byKey.get(relationKey(reference))
      if (other !== undefined) visit(other)
    }
    ordered.push(relation)
  }
  for (const relation of relations) visit(relation)
  return ordered
}

/** What was asked for, whether it was there before or not. */
function requested(
  registry: MetaData,
  found: readonly ReflectedRelation[],
  names: readonly string[] | null,
  { schema }: ReflectRequest,
): (Table | View)[] {
  const keys = (names?.map((name) => ({ name, schema })) ?? found).map((each) => relationKey(each))
  return keys.flatMap((key): (Table | View)[] => {
    const made = registry.findTable(key) ?? registry.views.get(key)
    return made === undefined ? [] : [made]
  })
}
