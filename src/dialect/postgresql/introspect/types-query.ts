// The types that a database has beside PostgreSQL's own: enumerations, domains, composite types, ranges, those of extensions.
import { hiddenCollation } from './collation.ts'
import {
  type CatalogColumns,
  type CatalogQuery,
  catalogQuery,
  maybeText,
  maybeTextsOf,
  numberOf,
  oidOf,
  textOf,
  textsOf,
  truthOf,
} from './query.ts'

function attributes(sql: string): string {
  return `ARRAY(SELECT ${sql} FROM pg_catalog.pg_attribute a WHERE a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum)`
}

function checks(sql: string): string {
  return `ARRAY(SELECT ${sql} FROM pg_catalog.pg_constraint k WHERE k.contypid = t.oid AND k.contype = 'c' ORDER BY k.conname)`
}

/** A type. */
export interface TypeRow {
  readonly oid: number
  readonly name: string
  readonly schema: string
  readonly visible: boolean
  readonly sort: string
  /** Of arrays. */
  readonly element: number
  /** Of domains. */
  readonly base: number
  readonly modifier: number
  readonly dimensions: number
  readonly notNull: boolean
  readonly default: string | null
  readonly baseName: string | null
  readonly collation: string | null
  readonly collationSchema: string | null
  readonly checkNames: readonly string[]
  readonly checks: readonly string[]
  /** Of enumerations. */
  readonly labels: readonly string[]
  /** Of composite types. */
  readonly fields: readonly string[]
  readonly fieldTypes: readonly string[]
  readonly fieldModifiers: readonly string[]
  readonly fieldDimensions: readonly string[]
  readonly fieldNames: readonly string[]
  readonly fieldCollations: readonly (string | null)[]
  readonly fieldCollationSchemas: readonly (string | null)[]
  /** Of ranges; `base` is what the ends are, or of a multirange the range. */
  readonly multirange: string | null
  readonly subtypeDiff: string | null
  readonly operatorClass: string | null
  readonly isCanonical: boolean
  readonly comment: string | null
}

const COLUMNS: CatalogColumns<TypeRow> = {
  oid: oidOf('t.oid'),
  name: textOf('t.typname'),
  schema: textOf('n.nspname'),
  visible: truthOf('pg_catalog.pg_type_is_visible(t.oid)'),
  sort: textOf('t.typtype'),
  element: oidOf('t.typelem'),
  base: oidOf('coalesce(r.rngsubtype, m.rngtypid, t.typbasetype)'),
  modifier: numberOf('t.typtypmod'),
  dimensions: numberOf('t.typndims'),
  notNull: truthOf('t.typnotnull'),
  default: maybeText('t.typdefault'),
  baseName: maybeText(
    "CASE WHEN t.typtype = 'd' THEN pg_catalog.format_type(t.typbasetype, t.typtypmod) WHEN r.rngtypid IS NOT NULL THEN pg_catalog.format_type(r.rngsubtype, NULL) END",
  ),
  collation: maybeText(
    'CASE WHEN r.rngtypid IS NOT NULL THEN (SELECT l.collname FROM pg_catalog.pg_collation l JOIN pg_catalog.pg_type b ON b.oid = r.rngsubtype WHERE l.oid = r.rngcollation AND r.rngcollation <> b.typcollation) ' +
      "WHEN t.typtype = 'd' THEN (SELECT l.collname FROM pg_catalog.pg_collation l JOIN pg_catalog.pg_type b ON b.oid = t.typbasetype WHERE l.oid = t.typcollation AND t.typcollation <> b.typcollation) END",
  ),
  collationSchema: maybeText(hiddenCollation('coalesce(r.rngcollation, t.typcollation)')),
  checkNames: textsOf(checks('k.conname')),
  checks: textsOf(checks('pg_catalog.pg_get_expr(k.conbin, 0, true)')),
  labels: textsOf(
    'ARRAY(SELECT l.enumlabel FROM pg_catalog.pg_enum l WHERE l.enumtypid = t.oid ORDER BY l.enumsortorder)',
  ),
  fields: textsOf(attributes('a.attname')),
  fieldTypes: textsOf(attributes('a.atttypid::bigint')),
  fieldModifiers: textsOf(attributes('a.atttypmod')),
  fieldDimensions: textsOf(attributes('a.attndims')),
  fieldNames: textsOf(attributes('pg_catalog.format_type(a.atttypid, a.atttypmod)')),
  fieldCollations: maybeTextsOf(
    attributes(
      '(SELECT l.collname FROM pg_catalog.pg_collation l JOIN pg_catalog.pg_type ft ON ft.oid = a.atttypid WHERE l.oid = a.attcollation AND a.attcollation <> ft.typcollation)',
    ),
  ),
  fieldCollationSchemas: maybeTextsOf(attributes(hiddenCollation('a.attcollation'))),
  multirange: maybeText('SELECT mt.typname FROM pg_catalog.pg_type mt WHERE mt.oid = r.rngmultitypid'),
  subtypeDiff: maybeText('CASE WHEN r.rngsubdiff <> 0 THEN r.rngsubdiff::text END'),
  operatorClass: maybeText(
    "SELECT CASE WHEN pg_catalog.pg_opclass_is_visible(o.oid) THEN '' ELSE pg_catalog.quote_ident(ons.nspname) || '.' END || pg_catalog.quote_ident(o.opcname) " +
      'FROM pg_catalog.pg_opclass o JOIN pg_catalog.pg_namespace ons ON ons.oid = o.opcnamespace WHERE o.oid = r.rngsubopc AND NOT o.opcdefault',
  ),
  isCanonical: truthOf('coalesce(r.rngcanonical <> 0, false)'),
  comment: maybeText("pg_catalog.obj_description(t.oid, 'pg_type')"),
}

// The row types of tables are no types that columns usually have, and there is one for each table.
const FROM =
  'FROM pg_catalog.pg_type t JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace ' +
  'LEFT JOIN pg_catalog.pg_range r ON r.rngtypid = t.oid ' +
  "LEFT JOIN pg_catalog.pg_range m ON m.rngmultitypid = t.oid AND t.typtype = 'm' " +
  'LEFT JOIN pg_catalog.pg_class tc ON tc.oid = t.typrelid ' +
  'LEFT JOIN pg_catalog.pg_type e ON e.oid = t.typelem ' +
  'LEFT JOIN pg_catalog.pg_class ec ON ec.oid = e.typrelid ' +
  "WHERE n.nspname NOT IN ('pg_catalog', 'pg_toast') AND n.nspname NOT LIKE 'pg\\_temp\\_%' " +
  "AND coalesce(tc.relkind, 'c') = 'c' AND coalesce(ec.relkind, 'c') = 'c'"

/** The types, in order of name; of all schemas but PostgreSQL's own. */
export function typesQuery(): CatalogQuery<TypeRow> {
  return catalogQuery(COLUMNS, [FROM, ' ORDER BY t.typname, n.nspname'])
}
