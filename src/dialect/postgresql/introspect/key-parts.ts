// The keys of an index, as an index has them and as an exclusion has them.
import type { ReflectedKeyPart } from '../../contract/introspector.ts'
import { hiddenCollation, placeOfCollation } from './collation.ts'
import { type CatalogColumns, maybeTextsOf, numbersOf, textsOf } from './query.ts'

/** What `sql` says of each key of index `i`; `k.place` counts them from 1, and `ka` is the column where it is one. */
function ofKeys(sql: string): string {
  return (
    `ARRAY(SELECT ${sql} FROM pg_catalog.generate_series(1, i.indnkeyatts::integer) AS k(place) ` +
    'LEFT JOIN pg_catalog.pg_attribute ka ON ka.attrelid = i.indrelid AND ka.attnum = i.indkey[k.place - 1] AND ka.attnum <> 0 ' +
    'LEFT JOIN pg_catalog.pg_attribute own ON own.attrelid = i.indexrelid AND own.attnum = k.place ' +
    'LEFT JOIN pg_catalog.pg_type kt ON kt.oid = own.atttypid ORDER BY k.place)'
  )
}

/** The keys of an index, an array for each thing that is told of them. */
export interface KeyPartsRow {
  readonly keyColumns: readonly (string | null)[]
  readonly keySql: readonly string[]
  readonly keyCollations: readonly (string | null)[]
  readonly keyCollationSchemas: readonly (string | null)[]
  readonly keyClasses: readonly (string | null)[]
  /** Bit 1: DESC; bit 2: NULLS FIRST. */
  readonly keyOrders: readonly number[]
}

/** Columns of a query that joins `pg_index` as `i`. */
export const KEY_PART_COLUMNS: CatalogColumns<KeyPartsRow> = {
  keyColumns: maybeTextsOf(ofKeys('ka.attname')),
  keySql: textsOf(ofKeys('pg_catalog.pg_get_indexdef(i.indexrelid, k.place, true)')),
  keyCollations: maybeTextsOf(
    ofKeys(
      '(SELECT l.collname FROM pg_catalog.pg_collation l WHERE l.oid = i.indcollation[k.place - 1] ' +
        'AND l.oid <> coalesce(ka.attcollation, kt.typcollation))',
    ),
  ),
  keyCollationSchemas: maybeTextsOf(ofKeys(hiddenCollation('i.indcollation[k.place - 1]'))),
  keyClasses: maybeTextsOf(
    ofKeys(
      "(SELECT CASE WHEN pg_catalog.pg_opclass_is_visible(o.oid) THEN '' ELSE pg_catalog.quote_ident(ons.nspname) || '.' END || pg_catalog.quote_ident(o.opcname) || " +
        "coalesce(' (' || (SELECT pg_catalog.string_agg(pg_catalog.split_part(x, '=', 1) || '=' || pg_catalog.quote_literal(pg_catalog.substr(x, pg_catalog.strpos(x, '=') + 1)), ', ') FROM pg_catalog.unnest(own.attoptions) x) || ')', '') " +
        'FROM pg_catalog.pg_opclass o JOIN pg_catalog.pg_namespace ons ON ons.oid = o.opcnamespace ' +
        'WHERE o.oid = i.indclass[k.place - 1] AND (NOT o.opcdefault OR own.attoptions IS NOT NULL))',
    ),
  ),
  keyOrders: numbersOf(ofKeys('i.indoption[k.place - 1]')),
}

/** Columns kept beside the keys of index `i`. */
export const INCLUDED_COLUMNS: string =
  'ARRAY(SELECT ka.attname FROM pg_catalog.generate_series(i.indnkeyatts + 1, i.indnatts::integer) AS k(place) ' +
  'JOIN pg_catalog.pg_attribute ka ON ka.attrelid = i.indrelid AND ka.attnum = i.indkey[k.place - 1] ORDER BY k.place)'

/** The keys that a row tells. */
export function keyParts(row: KeyPartsRow): ReflectedKeyPart[] {
  return row.keySql.map((sql, place) => {
    const order = row.keyOrders[place] ?? 0
    const descending = (order & 1) !== 0
    const nullsFirst = (order & 2) !== 0
    return {
      column: row.keyColumns[place] ?? null,
      sql,
      collation: row.keyCollations[place] ?? null,
      ...placeOfCollation({
        collation: row.keyCollations[place] ?? null,
        collationSchema: row.keyCollationSchemas[place] ?? null,
      }),
      operatorClass: row.keyClasses[place] ?? null,
      descending,
      nulls: nullsFirst === descending ? null : nullsFirst ? 'first' : 'last',
    }
  })
}
