// Collations of columns, types and keys: by name, with their schema where the name alone does not find them.

/** A collation; without a schema where its name finds it. */
export interface CollationName {
  readonly name: string
  readonly schema: string | null
}

/** What a row of a query tells of a collation. */
interface CollationRow {
  /** Null for the type's own. */
  readonly collation: string | null
  readonly collationSchema: string | null
}

/** SQL of the schema of a collation by its number; NULL where the name alone finds it. */
export function hiddenCollation(oid: string): string {
  return (
    '(SELECT ln.nspname FROM pg_catalog.pg_collation l JOIN pg_catalog.pg_namespace ln ON ln.oid = l.collnamespace ' +
    `WHERE l.oid = ${oid} AND NOT pg_catalog.pg_collation_is_visible(l.oid))`
  )
}

/** Null for the type's own. */
export function collationOf({ collation, collationSchema }: CollationRow): CollationName | null {
  return collation === null ? null : { name: collation, schema: collationSchema }
}

/** What records and options say of the schema. */
export function placeOfCollation({ collation, collationSchema }: CollationRow): { readonly collationSchema?: string } {
  return collation === null || collationSchema === null ? {} : { collationSchema }
}
