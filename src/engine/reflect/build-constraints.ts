// Constraints and indexes of a reflected table, over those of its columns that are there.
import { NoReferencedTableError } from '../../errors.ts'
import type { ColumnElement } from '../../expression/element/column-element.ts'
import { TextClause } from '../../expression/element/text.ts'
import type { SchemaColumn } from '../../expression/schema/column.ts'
import {
  CheckConstraint,
  type Constraint,
  type ConstraintOptions,
  type DeferrableOptions,
  PrimaryKeyConstraint,
  UniqueConstraint,
} from '../../expression/schema/constraint.ts'
import { ExcludeConstraint, type ExcludePart } from '../../expression/schema/exclude.ts'
import { ForeignKeyConstraint } from '../../expression/schema/foreign-key.ts'
import type { ForeignKeyTarget } from '../../expression/schema/foreign-key-option.ts'
import type { MetaData } from '../../expression/schema/metadata.ts'
import type {
  ReflectedConstraint,
  ReflectedDeferral,
  ReflectedForeignKey,
  ReflectedIndex,
  ReflectedKeyPart,
  ReflectedRelation,
} from '../../expression/schema/reflected.ts'
import { Index, type IndexOptions, type IndexPart } from '../../expression/schema/table-index.ts'
import { quoteName } from '../../nearest.ts'
import type { BuiltColumns } from './build-columns.ts'

/** What constraints are made from. */
export interface ConstraintParts {
  readonly registry: MetaData
  readonly relation: ReflectedRelation
  readonly columns: BuiltColumns
  /** A name as the dialect quotes it. */
  readonly quote: (name: string) => string
}

/** The columns of the table that is being made. */
type Columns = Readonly<Record<string, SchemaColumn>>

/** The constraints of a relation; those over columns that were left out are left out too. */
export function buildConstraints(parts: ConstraintParts): Constraint[] {
  const { relation } = parts
  return [
    ...primaryKeyOf(parts),
    ...relation.foreignKeys.flatMap((key) => foreignKeyOf(parts, key)),
    ...relation.uniqueConstraints.flatMap((unique) => {
      // SQLite takes UNIQUE (a, a), which says what UNIQUE (a) says.
      const [columns, include] = [keysOf(parts, [...new Set(unique.columns)]), keysOf(parts, unique.include)]
      if (columns === null || include === null || isOwn(parts, columns, 'unique')) return []
      const { nullsNotDistinct } = unique
      const more = { ...(nullsNotDistinct ? { nullsNotDistinct } : {}), ...overlaps(unique), ...included(include) }
      return [new UniqueConstraint(columns, { ...deferrable(unique), ...more })]
    }),
    ...relation.checkConstraints.map(
      ({ sql, noInherit, notValid, notEnforced, ...check }) =>
        new CheckConstraint(sqlOf(sql), {
          ...named(check),
          ...(noInherit ? { noInherit } : {}),
          ...(notValid ? { notValid } : {}),
          ...(notEnforced === true ? { notEnforced } : {}),
        }),
    ),
    ...relation.excludeConstraints.flatMap((exclude) => {
      const excluded = exclude.parts.map((part) => excludePart(parts, part))
      const include = keysOf(parts, exclude.include)
      if (excluded.includes(null) || include === null) return []
      const { using, where } = exclude
      const condition = where === null ? {} : { where: sqlOf(where) }
      return [
        new ExcludeConstraint(excluded as ExcludePart[], {
          ...deferrable(exclude),
          using,
          ...condition,
          ...included(include),
        }),
      ]
    }),
  ]
}

/** What a partition has of its own, besides what comes from the whole. */
export function ownOf(relation: ReflectedRelation): ReflectedRelation {
  const own = <T extends { readonly inherited?: true }>(items: readonly T[]): T[] =>
    items.filter(({ inherited }) => inherited !== true)
  const { primaryKey, indexes } = relation
  return {
    ...relation,
    primaryKey: primaryKey?.inherited === true ? null : primaryKey,
    foreignKeys: own(relation.foreignKeys),
    uniqueConstraints: own(relation.uniqueConstraints),
    checkConstraints: own(relation.checkConstraints),
    excludeConstraints: own(relation.excludeConstraints),
    indexes: own(indexes),
  }
}

/** The indexes of a relation that are not kept for a constraint. */
export function buildIndexes(parts: ConstraintParts, columns: Columns): Index[] {
  return parts.relation.indexes.flatMap((index) => {
    if (index.duplicatesConstraint !== null) return []
    const include = keysOf(parts, index.include)
    const keys = index.parts.map((part) => indexPart(parts, columns, part))
    if (include === null || keys.includes(null)) return []
    const sole = index.parts.length === 1 ? keysOf(parts, [index.parts[0]?.column ?? '']) : null
    if (sole !== null && isOwn(parts, sole, 'index')) return []
    const classes = operatorClasses(parts, index.parts)
    const more = {
      ...(include.length > 0 ? { include } : {}),
      ...(Object.keys(classes).length > 0 ? { operatorClasses: classes } : {}),
    }
    return [new Index(index.name, keys as IndexPart[], { ...indexOptions(index), ...more })]
  })
}

function indexOptions(index: ReflectedIndex): IndexOptions {
  const { unique, using, where, nullsNotDistinct, tablespace, comment } = index
  return {
    ...(unique ? { unique } : {}),
    ...(using === 'btree' ? {} : { using }),
    ...(where === null ? {} : { where: sqlOf(where) }),
    ...(nullsNotDistinct ? { nullsNotDistinct } : {}),
    ...(Object.keys(index.with).length > 0 ? { with: index.with } : {}),
    ...(tablespace === null ? {} : { tablespace }),
    ...(comment === null ? {} : { comment }),
  }
}

/** Classes stand beside their columns, by key; see {@link indexPart}. */
function operatorClasses({ columns }: ConstraintParts, parts: readonly ReflectedKeyPart[]): Record<string, string> {
  return Object.fromEntries(
    parts.flatMap((part) => {
      const key = part.column === null ? undefined : columns.keys.get(part.column)
      return key !== undefined && hasPlainClass(part) ? [[key, part.operatorClass ?? '']] : []
    }),
  )
}

function hasPlainClass({ collation, operatorClass }: ReflectedKeyPart): boolean {
  return collation === null && operatorClass !== null && /^[a-z_][a-z0-9_]*(\.[a-z_][a-z0-9_]*)?$/.test(operatorClass)
}

function sqlOf(sql: string): TextClause {
  return new TextClause([sql], [])
}

/** The keys of columns of the database; null where one of them was left out. */
function keysOf({ columns }: ConstraintParts, names: readonly string[]): string[] | null {
  const keys = names.map((name) => columns.keys.get(name))
  return keys.includes(undefined) ? null : (keys as string[])
}

/** Whether the program's own definition of the only column says it already. */
function isOwn(
  { columns }: ConstraintParts,
  keys: readonly string[],
  option: 'unique' | 'index' | 'foreignKey',
): boolean {
  const [only] = keys
  const own = keys.length === 1 && only !== undefined ? columns.overridden.get(only)?.[option] : undefined
  return own !== undefined && own !== false
}

function named({ name, comment }: ReflectedConstraint): ConstraintOptions {
  return { ...(name === null ? {} : { name }), ...(comment === null ? {} : { comment }) }
}

function deferrable(given: ReflectedConstraint & ReflectedDeferral): DeferrableOptions {
  if (!given.deferrable) return named(given)
  return { ...named(given), deferrable: true, ...(given.initially === 'DEFERRED' ? { initially: 'DEFERRED' } : {}) }
}

function overlaps({ withoutOverlaps }: { readonly withoutOverlaps?: true }): { readonly withoutOverlaps?: true } {
  return withoutOverlaps === true ? { withoutOverlaps } : {}
}

function included(include: readonly string[]): { readonly include?: readonly string[] } {
  return include.length > 0 ? { include } : {}
}

function primaryKeyOf(parts: ConstraintParts): PrimaryKeyConstraint[] {
  const key = parts.relation.primaryKey
  const columns = key === null ? null : keysOf(parts, key.columns)
  const include = key === null ? null : keysOf(parts, key.include)
  if (key === null || columns === null || include === null) return []
  return [new PrimaryKeyConstraint(columns, { ...deferrable(key), ...overlaps(key), ...included(include) })]
}

function foreignKeyOf(parts: ConstraintParts, key: ReflectedForeignKey): ForeignKeyConstraint[] {
  const columns = keysOf(parts, key.columns)
  if (columns === null || isOwn(parts, columns, 'foreignKey')) return []
  if ([key.columns, key.referredColumns].some((names) => new Set(names).size < names.length)) {
    warnOfForeignKey(parts.relation, key)
    return []
  }
  const targets = key.referredColumns.map((column) => targetOf(parts, key, column))
  return [new ForeignKeyConstraint(columns, targets, { ...key.options, ...named(key) })]
}

function warnOfForeignKey(
  { name: table }: ReflectedRelation,
  { name, columns, referredColumns }: ReflectedForeignKey,
): void {
  const key = name === null ? 'A foreign key' : `The foreign key ${quoteName(name)}`
  process.emitWarning(
    `${key} of table ${quoteName(table)} is left out: it names a column twice, (${columns.join(', ')}) to (${referredColumns.join(', ')}), which ForeignKeyConstraint cannot say`,
    'SQLAlchemyWarning',
  )
}

/** By name, so that the table may come later; by a function where a dot within a name would be misread. */
function targetOf({ registry }: ConstraintParts, key: ReflectedForeignKey, column: string): ForeignKeyTarget {
  const { referredSchema, referredTable } = key
  const table = referredSchema === null ? referredTable : `${referredSchema}.${referredTable}`
  const isPlain = ![referredSchema ?? '', referredTable, column].some((name) => name.includes('.'))
  if (isPlain && (registry.schema === null || referredSchema !== null)) return `${table}.${column}`
  return () => {
    const found = registry.findTable(table)
    if (found !== null) return found.columnList.find((each) => each.name === column) ?? found.column(column)
    throw new NoReferencedTableError(
      `A foreign key refers to table ${quoteName(table)}, which its MetaData does not have: reflect it too`,
    )
  }
}

/** SQL of what a part says besides its column. */
function decorated(part: ReflectedKeyPart, quote: (name: string) => string): TextClause {
  const { collation, collationSchema, operatorClass, descending, nulls } = part
  const place = collationSchema === undefined ? '' : `${quote(collationSchema)}.`
  const words = [
    part.sql,
    collation === null ? '' : ` COLLATE ${place}${quote(collation)}`,
    operatorClass === null ? '' : ` ${operatorClass}`,
    descending ? ' DESC' : '',
    nulls === null ? '' : ` NULLS ${nulls.toUpperCase()}`,
  ]
  return sqlOf(words.join(''))
}

function isPlain({ collation, operatorClass, descending, nulls }: ReflectedKeyPart): boolean {
  return collation === null && operatorClass === null && !descending && nulls === null
}

function indexPart({ columns, quote }: ConstraintParts, made: Columns, part: ReflectedKeyPart): IndexPart | null {
  const key = part.column === null ? undefined : columns.keys.get(part.column)
  if (part.column !== null && key === undefined) return null
  const column = key === undefined ? undefined : made[key]
  if (key !== undefined && isPlain({ ...part, operatorClass: hasPlainClass(part) ? null : part.operatorClass }))
    return key
  if (column === undefined || part.collation !== null || (part.operatorClass !== null && !hasPlainClass(part)))
    return decorated(part, quote)
  const ordered: ColumnElement = part.descending ? column.desc() : column
  return part.nulls === null ? ordered : part.nulls === 'first' ? ordered.nullsFirst() : ordered.nullsLast()
}

function excludePart(
  parts: ConstraintParts,
  part: ReflectedKeyPart & { readonly operator: string },
): ExcludePart | null {
  const key = part.column === null ? undefined : parts.columns.keys.get(part.column)
  if (part.column !== null && key === undefined) return null
  return [key !== undefined && isPlain(part) ? key : decorated(part, parts.quote), part.operator]
}
