// Constraints: one query for all sorts of all relations of a scope.
import type {
  ReflectedCheckConstraint,
  ReflectedConstraint,
  ReflectedDeferral,
  ReflectedExcludeConstraint,
  ReflectedForeignKey,
  ReflectedPrimaryKey,
  ReflectedUniqueConstraint,
  RelationPart,
  RelationScope,
} from '../../contract/introspector.ts'
import { INCLUDED_COLUMNS, KEY_PART_COLUMNS, type KeyPartsRow, keyParts } from './key-parts.ts'
import {
  type CatalogColumns,
  type CatalogQuery,
  catalogQuery,
  maybeText,
  oidOf,
  textOf,
  textsOf,
  truthOf,
} from './query.ts'
import { referenceTo, scopeSql } from './relations.ts'

function namesOf(key: string, relation: string): string {
  return (
    `ARRAY(SELECT a.attname FROM pg_catalog.unnest(${key}) WITH ORDINALITY AS k(number, place) ` +
    `JOIN pg_catalog.pg_attribute a ON a.attrelid = ${relation} AND a.attnum = k.number ORDER BY k.place)`
  )
}

// A foreign key to a partitioned table has a shadow for each partition; that is no constraint of its own.
const JOINS =
  'JOIN pg_catalog.pg_constraint con ON con.conrelid = c.oid AND NOT EXISTS (' +
  'SELECT 1 FROM pg_catalog.pg_constraint whole WHERE whole.oid = con.conparentid AND whole.conrelid = con.conrelid) ' +
  'LEFT JOIN pg_catalog.pg_class fc ON fc.oid = con.confrelid ' +
  'LEFT JOIN pg_catalog.pg_namespace fn ON fn.oid = fc.relnamespace ' +
  "LEFT JOIN pg_catalog.pg_index i ON i.indexrelid = con.conindid AND con.contype IN ('p', 'u', 'x') " +
  // What PostgreSQL 18 brought: a name that the inner query's table does not have is one of the outer query's.
  'CROSS JOIN (SELECT true AS conenforced, false AS conperiod) older'

function newer(name: 'conenforced' | 'conperiod'): string {
  return `(SELECT ${name} FROM pg_catalog.pg_constraint same WHERE same.oid = con.oid)`
}

/** A row of {@link constraintsQuery}. */
export interface ConstraintRow extends KeyPartsRow {
  readonly relation: number
  readonly name: string
  readonly sort: string
  readonly columns: readonly string[]
  readonly deferrable: boolean
  readonly deferred: boolean
  readonly validated: boolean
  readonly enforced: boolean
  readonly period: boolean
  readonly inherited: boolean
  readonly noInherit: boolean
  readonly referred: string | null
  readonly referredSchema: string | null
  readonly referredVisible: boolean
  readonly referredColumns: readonly string[]
  readonly onUpdate: string
  readonly onDelete: string
  readonly onDeleteColumns: readonly string[]
  readonly match: string
  readonly check: string | null
  readonly comment: string | null
  readonly include: readonly string[]
  readonly nullsNotDistinct: boolean
  readonly using: string | null
  readonly where: string | null
  readonly operators: readonly string[]
}

const COLUMNS: CatalogColumns<ConstraintRow> = {
  relation: oidOf('c.oid'),
  name: textOf('con.conname'),
  sort: textOf('con.contype'),
  columns: textsOf(namesOf('con.conkey', 'con.conrelid')),
  deferrable: truthOf('con.condeferrable'),
  deferred: truthOf('con.condeferred'),
  validated: truthOf('con.convalidated'),
  enforced: truthOf(newer('conenforced')),
  period: truthOf(newer('conperiod')),
  inherited: truthOf('con.coninhcount > 0 OR con.conparentid <> 0'),
  noInherit: truthOf('con.connoinherit'),
  referred: maybeText('fc.relname'),
  referredSchema: maybeText('fn.nspname'),
  referredVisible: truthOf('coalesce(pg_catalog.pg_table_is_visible(fc.oid), false)'),
  referredColumns: textsOf(namesOf('con.confkey', 'con.confrelid')),
  onUpdate: textOf('con.confupdtype'),
  onDelete: textOf('con.confdeltype'),
  onDeleteColumns: textsOf(namesOf('con.confdelsetcols', 'con.conrelid')),
  match: textOf('con.confmatchtype'),
  check: maybeText('pg_catalog.pg_get_expr(con.conbin, con.conrelid, true)'),
  comment: maybeText("pg_catalog.obj_description(con.oid, 'pg_constraint')"),
  include: textsOf(INCLUDED_COLUMNS),
  nullsNotDistinct: truthOf('coalesce(i.indnullsnotdistinct, false)'),
  using: maybeText(
    'SELECT am.amname FROM pg_catalog.pg_class ic JOIN pg_catalog.pg_am am ON am.oid = ic.relam WHERE ic.oid = i.indexrelid',
  ),
  where: maybeText('pg_catalog.pg_get_expr(i.indpred, i.indrelid, true)'),
  operators: textsOf(
    'ARRAY(SELECT o.oprname FROM pg_catalog.unnest(con.conexclop) WITH ORDINALITY AS k(number, place) JOIN pg_catalog.pg_operator o ON o.oid = k.number ORDER BY k.place)',
  ),
  ...KEY_PART_COLUMNS,
}

/** How `pg_constraint` calls each sort. */
const SORTS = {
  primaryKey: 'p',
  foreignKeys: 'f',
  uniqueConstraints: 'u',
  checkConstraints: 'c',
  excludeConstraints: 'x',
} as const satisfies Partial<Record<RelationPart, string>>

/** The letters of the sorts of constraints that were asked for. */
export function constraintSorts(parts: readonly RelationPart[]): string[] {
  return Object.entries(SORTS).flatMap(([part, letter]) => (parts.includes(part as RelationPart) ? [letter] : []))
}

/** The constraints of all relations of a scope, in order of name. */
export function constraintsQuery(scope: RelationScope, sorts: readonly string[]): CatalogQuery<ConstraintRow> {
  const list = sorts.map((letter) => `'${letter}'`).join(', ')
  return catalogQuery(COLUMNS, [
    ...scopeSql(scope, JOINS),
    ` AND con.contype IN (${list}) ORDER BY c.oid, con.conname, con.oid`,
  ])
}

/** The constraints of one relation, by sort. */
export interface ReflectedConstraints {
  readonly primaryKey: ReflectedPrimaryKey | null
  readonly foreignKeys: ReflectedForeignKey[]
  readonly uniqueConstraints: ReflectedUniqueConstraint[]
  readonly checkConstraints: ReflectedCheckConstraint[]
  readonly excludeConstraints: ReflectedExcludeConstraint[]
}

/** The rows of one relation as its constraints. */
export function constraintsOf(rows: readonly ConstraintRow[], asked: string | null): ReflectedConstraints {
  const of = (letter: string): ConstraintRow[] => rows.filter((row) => row.sort === letter)
  const [primary] = of(SORTS.primaryKey)
  return {
    primaryKey: primary === undefined ? null : { ...keyOf(primary), include: primary.include, ...overlapsOf(primary) },
    foreignKeys: of(SORTS.foreignKeys).map((row) => foreignKeyOf(row, asked)),
    uniqueConstraints: of(SORTS.uniqueConstraints).map((row) => ({
      ...keyOf(row),
      include: row.include,
      nullsNotDistinct: row.nullsNotDistinct,
      ...overlapsOf(row),
    })),
    checkConstraints: of(SORTS.checkConstraints).map((row) => ({
      ...base(row),
      sql: row.check ?? 'true',
      noInherit: row.noInherit,
      notValid: row.enforced && !row.validated,
      ...(row.enforced ? {} : { notEnforced: true }),
    })),
    excludeConstraints: of(SORTS.excludeConstraints).map(excludeOf),
  }
}

function base(row: ConstraintRow): ReflectedConstraint {
  return { name: row.name, comment: row.comment, ...(row.inherited ? { inherited: true } : {}) }
}

function overlapsOf(row: ConstraintRow): { readonly withoutOverlaps?: true } {
  return row.period ? { withoutOverlaps: true } : {}
}

function deferral(row: ConstraintRow): ReflectedDeferral {
  const initially = row.deferred ? 'DEFERRED' : 'IMMEDIATE'
  return { deferrable: row.deferrable, initially: row.deferrable ? initially : null }
}

function keyOf(row: ConstraintRow): ReflectedConstraint & ReflectedDeferral & { readonly columns: readonly string[] } {
  return { ...base(row), columns: row.columns, ...deferral(row) }
}

const ACTIONS = { r: 'RESTRICT', c: 'CASCADE', n: 'SET NULL', d: 'SET DEFAULT' } as const
const MATCHES = { f: 'FULL', p: 'PARTIAL' } as const

function wordOf<W extends string>(words: Readonly<Record<string, W>>, letter: string): W | undefined {
  return Object.hasOwn(words, letter) ? words[letter] : undefined
}

function foreignKeyOf(row: ConstraintRow, asked: string | null): ReflectedForeignKey {
  const referred = referenceTo(row.referred ?? '', row.referredSchema ?? '', row.referredVisible, asked)
  const onDelete = wordOf(ACTIONS, row.onDelete)
  const onUpdate = wordOf(ACTIONS, row.onUpdate)
  const match = wordOf(MATCHES, row.match)
  return {
    ...base(row),
    columns: row.columns,
    referredSchema: referred.schema,
    referredTable: referred.name,
    referredColumns: row.referredColumns,
    options: {
      ...(onDelete === undefined ? {} : { onDelete }),
      ...(onUpdate === undefined ? {} : { onUpdate }),
      ...(row.onDeleteColumns.length === 0 ? {} : { onDeleteColumns: row.onDeleteColumns }),
      ...(match === undefined ? {} : { match }),
      ...(row.deferrable ? { deferrable: true } : {}),
      ...(row.deferred ? { initially: 'DEFERRED' as const } : {}),
      ...(row.validated || !row.enforced ? {} : { notValid: true }),
      ...(row.enforced ? {} : { notEnforced: true }),
      ...(row.period ? { period: true } : {}),
    },
  }
}

function excludeOf(row: ConstraintRow): ReflectedExcludeConstraint {
  const parts = keyParts(row).map((part, place) => ({ ...part, operator: row.operators[place] ?? '=' }))
  return { ...base(row), ...deferral(row), using: row.using ?? 'gist', parts, include: row.include, where: row.where }
}
