// Two databases side by side: what reflection of the one gives is created in the other, and both are compared by their catalogs.
import type { CatalogReader } from '../../../src/dialect/contract/introspector.ts'
import { createEngine, type Engine } from '../../../src/engine/index.ts'
import type { MetaData } from '../../../src/expression/schema/metadata.ts'
import { freshDatabase, type Target } from '../../support/server.ts'

/** Two empty databases of the same kind. */
export interface Pair {
  readonly one: Engine
  readonly other: Engine
  close(): Promise<void>
}

export async function twoDatabases({ name }: Target): Promise<Pair> {
  const made = name === 'pglite' ? [] : [await freshDatabase(), await freshDatabase()]
  const [one, other] = [made[0]?.url ?? 'pglite://', made[1]?.url ?? 'pglite://'].map((url) => createEngine(url))
  return {
    one: one as Engine,
    other: other as Engine,
    async close() {
      await one?.dispose()
      await other?.dispose()
      for (const database of made) await database.drop()
    },
  }
}

const PARTS = [
  'columns',
  'primaryKey',
  'foreignKeys',
  'uniqueConstraints',
  'checkConstraints',
  'excludeConstraints',
  'indexes',
  'comment',
  'storage',
  'definition',
] as const

/** All that the catalogs tell of a schema. */
export async function catalogOf(engine: Engine, schema: string | null = null): Promise<unknown> {
  await using connection = await engine.connect()
  const introspector = await connection.dialect.introspector()
  const read: CatalogReader = async (statements) =>
    (await connection.flight(statements.map((statement) => ({ statement })))).map(({ rows }) => rows)
  const kinds = ['table', 'view', 'materializedView', 'foreignTable'] as const
  return {
    relations: await introspector.describe(read, { schema, names: null, kinds, temporary: false }, PARTS),
    sequences: await introspector.sequences(read, schema),
    enums: await introspector.enums(read, schema),
    domains: await introspector.domains(read, schema),
  }
}

/** The commands that a MetaData would run. */
export function commandsOf(metadata: MetaData, engine: Engine): readonly string[] {
  return metadata.createPlan().sql(engine.dialect)
}
