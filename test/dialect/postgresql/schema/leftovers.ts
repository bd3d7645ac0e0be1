// What a database holds beside what it came with: relations, types, constraints, schemas.
import type { Engine } from 'tsalchemy'

const USER_SCHEMAS = "n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'"

/** Names of everything that tests have made and not dropped, sorted. */
export async function leftovers(engine: Engine): Promise<string[]> {
  const rows = await engine
    .execute(
      `SELECT 'relation ' || c.relname AS what FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE ${USER_SCHEMAS}
       UNION ALL SELECT 'type ' || t.typname FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace WHERE ${USER_SCHEMAS}
       UNION ALL SELECT 'constraint ' || k.conname FROM pg_constraint k JOIN pg_namespace n ON n.oid = k.connamespace WHERE ${USER_SCHEMAS}
       UNION ALL SELECT 'schema ' || n.nspname FROM pg_namespace n WHERE ${USER_SCHEMAS} AND n.nspname <> 'public'
       ORDER BY 1`,
    )
    .all()
  return rows.map((row) => globalThis.String(row.what))
}
