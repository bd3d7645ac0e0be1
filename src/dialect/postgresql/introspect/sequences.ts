// Sequences that stand on their own or number a column by its default.
import type { CatalogReader, ReflectedSequence } from '../../contract/introspector.ts'
import { NUMBER_COLUMNS, type NumbersRow, numbersOf } from './columns.ts'
import { ask, type CatalogColumns, catalogQuery, maybeText, textOf, truthOf } from './query.ts'
import { referenceTo, schemaSql } from './relations.ts'

/** A row of the query. */
interface SequenceRow extends NumbersRow {
  readonly name: string
  readonly owner: string | null
  readonly ownerSchema: string | null
  readonly ownerVisible: boolean
  readonly ownerColumn: string | null
  readonly comment: string | null
}

const COLUMNS: CatalogColumns<SequenceRow> = {
  name: textOf('c.relname'),
  owner: maybeText('oc.relname'),
  ownerSchema: maybeText('onsp.nspname'),
  ownerVisible: truthOf('coalesce(pg_catalog.pg_table_is_visible(oc.oid), false)'),
  ownerColumn: maybeText('oa.attname'),
  comment: maybeText("pg_catalog.obj_description(c.oid, 'pg_class')"),
  ...NUMBER_COLUMNS,
}

// The sequence of an IDENTITY is part of its column and has no life of its own.
const FROM =
  'FROM pg_catalog.pg_sequence q JOIN pg_catalog.pg_class c ON c.oid = q.seqrelid ' +
  'JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace ' +
  "LEFT JOIN pg_catalog.pg_depend d ON d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = c.oid " +
  "AND d.refclassid = 'pg_catalog.pg_class'::regclass AND d.refobjsubid > 0 AND d.deptype IN ('a', 'i') " +
  'LEFT JOIN pg_catalog.pg_class oc ON oc.oid = d.refobjid ' +
  'LEFT JOIN pg_catalog.pg_namespace onsp ON onsp.oid = oc.relnamespace ' +
  'LEFT JOIN pg_catalog.pg_attribute oa ON oa.attrelid = d.refobjid AND oa.attnum = d.refobjsubid ' +
  "WHERE d.deptype IS DISTINCT FROM 'i'"

/** The sequences of a schema, in order of name. */
export async function readSequences(read: CatalogReader, schema: string | null): Promise<ReflectedSequence[]> {
  const place = schemaSql(schema, 'n.nspname', 'pg_catalog.pg_table_is_visible(c.oid)')
  const rows = await ask(read, catalogQuery(COLUMNS, [FROM, ...place, ' ORDER BY c.relname, c.oid']))
  return rows.map((row) => ({
    name: row.name,
    schema,
    ...numbersOf(row),
    dataType: row.dataType ?? 'bigint',
    ownedBy:
      row.owner === null
        ? null
        : {
            ...referenceTo(row.owner, row.ownerSchema ?? '', row.ownerVisible, schema),
            column: row.ownerColumn ?? '',
          },
    comment: row.comment,
  }))
}
