// Creating and dropping many tables, as an ordered list of commands; running it is the engine's.

import { type Element, stringify } from '../../base/element.ts'
import type { TableClause } from '../../from/table-clause.ts'
import type { NamedType, TypeHost } from '../../types/type.ts'
import type { Constraint } from '../constraint.ts'
import { holds } from '../ddl-condition.ts'
import type { DdlEventName, DdlEvents, DdlStep } from '../ddl-events.ts'
import type { ForeignKeyConstraint } from '../foreign-key.ts'
import { namedTypesOf, ownTypesOf } from '../named-types.ts'
import { ownSequencesOf, sequencesOf } from '../own-sequences.ts'
import type { Sequence } from '../sequence.ts'
import { sortTables } from '../sort.ts'
import type { Table } from '../table.ts'
import type { Index } from '../table-index.ts'
import type { View } from '../view.ts'
import { DdlElement } from './element.ts'
import { CreateSequence, DropSequence } from './object.ts'
import {
  AddConstraint,
  CreateIndex,
  CreateTable,
  DropConstraint,
  DropTable,
  hasColumnStorage,
  SetColumnComment,
  SetColumnStorage,
  SetConstraintComment,
  SetIndexComment,
  SetTableComment,
} from './table.ts'
import { CreateType, DropType, SetTypeComment } from './type.ts'
import { CreateView, DropView, SetViewComment } from './view.ts'

/** What is created and dropped with the tables, and belongs to none of them. */
export interface PlanParts {
  /** Sequences beside those of the tables' columns. Default: none. */
  readonly sequences?: Iterable<Sequence>
  /** Views, each after those that it shows. Default: none. */
  readonly views?: Iterable<View>
  /** Listeners to the whole. Default: none. */
  readonly events?: Pick<DdlEvents<unknown>, 'steps'>
}

/** What a database can do of what a plan may ask for. */
export interface DdlAbilities {
  /** Constraints can be added after their tables and dropped before; otherwise foreign keys in a circle are part of their tables. Default true. */
  readonly alterConstraints?: boolean
  /** How columns are kept can be said. Default true. */
  readonly columnStorage?: boolean
  /** Default true. */
  readonly comments?: boolean
  /** Default true. */
  readonly sequences?: boolean
}

/** What a plan must know of a database to show its SQL; dialects are. */
export interface DdlSpeller extends TypeHost {
  readonly features: DdlAbilities & { readonly namedTypes: boolean }
  compile(element: Element): { readonly sql: string }
}

/** What is to be created or dropped. */
export interface DdlPlan {
  readonly sort: 'create' | 'drop'
  /** The tables concerned, in the order in which they are handled. */
  readonly tables: readonly Table[]
  /** The tables and views concerned, whose existence can be asked for. */
  readonly relations: readonly TableClause[]
  /**
   * The commands in order.
   *
   * @param existing those of {@link relations} that the database has: creating leaves them alone, dropping handles only them.
   * Null (not checked) handles all.
   * @param types the named types to be created before the tables, or dropped after them.
   * @param abilities of the database. Default: it has all.
   */
  commands(
    existing?: ReadonlySet<TableClause> | null,
    types?: readonly NamedType[],
    abilities?: DdlAbilities,
  ): readonly DdlElement[]
  /** {@link commands}, with the calls of listeners between them. */
  steps(
    existing?: ReadonlySet<TableClause> | null,
    types?: readonly NamedType[],
    abilities?: DdlAbilities,
  ): readonly DdlStep[]
  /** Whether foreign keys of the tables lead in a circle. */
  readonly isCircular: boolean
  /**
   * The named types concerned on a database that has such types, each after those it is made of.
   *
   * @throws InvalidRequestError two different types have one name.
   */
  namedTypes(host: TypeHost): readonly NamedType[]
  /**
   * The commands as SQL in order, as if nothing was there yet (or all was, for dropping).
   *
   * @param dialect such as `postgresqlDialect()`, or that of a connection. Default: the standard's spelling, for reading.
   */
  sql(dialect?: DdlSpeller): readonly string[]
}

/** What follows from the steps of a plan. */
function planOf(parts: Omit<DdlPlan, 'sql' | 'commands'>): DdlPlan {
  const steps: DdlPlan['steps'] = (existing, types, abilities = {}) =>
    parts.steps(existing, types, abilities).filter((step) => isPossible(step, abilities))
  const commands: DdlPlan['commands'] = (existing, types, abilities) =>
    steps(existing, types, abilities).filter((step) => step instanceof DdlElement)
  const plan = { ...parts, steps, commands }
  return { ...plan, sql: (dialect) => sqlOf(plan, dialect) }
}

/** Comments, sequences and the storage of columns are left out where there are none. */
function isPossible(step: DdlStep, { columnStorage = true, comments = true, sequences = true }: DdlAbilities): boolean {
  if (!(step instanceof DdlElement)) return true
  if (!columnStorage && step instanceof SetColumnStorage) return false
  if (!sequences && (step instanceof CreateSequence || step instanceof DropSequence)) return false
  return comments || !COMMENTS.some((Comment) => step instanceof Comment)
}

const COMMENTS = [
  SetColumnComment,
  SetConstraintComment,
  SetIndexComment,
  SetTableComment,
  SetTypeComment,
  SetViewComment,
] as const

function sqlOf(plan: Omit<DdlPlan, 'sql'>, dialect: DdlSpeller | undefined): readonly string[] {
  const types = dialect?.features.namedTypes === true ? plan.namedTypes(dialect) : []
  return plan
    .commands(null, types, dialect?.features)
    .filter((command) => holds(command.condition, dialect ?? { name: 'default' }))
    .map((command) => (dialect === undefined ? stringify.use(command) : dialect.compile(command).sql).trim())
}

/**
 * Plans the creation of tables: each after those it refers to, with its indexes and comments; foreign keys in a circle last.
 *
 * @throws NoReferencedTableError a foreign key refers to a table that is not there.
 */
export function createPlan(given: Iterable<Table>, parts: PlanParts = {}): DdlPlan {
  const { tables, later } = sortTables(given)
  const sequences = sequencesOf(tables, parts.sequences)
  const views = [...(parts.views ?? [])]
  const at = (name: DdlEventName): DdlStep[] => parts.events?.steps(name) ?? []
  return planOf({
    sort: 'create',
    tables,
    relations: [...tables, ...views],
    isCircular: later.size > 0,
    namedTypes: (host) => namedTypesOf(tables, host),
    steps(existing = null, types = [], { alterConstraints = true } = {}) {
      const apart = alterConstraints ? later : NONE_LATER
      const fresh = tables.filter((table) => existing === null || !existing.has(table))
      return [
        ...at('beforeCreate'),
        ...types.flatMap(typeCreation),
        ...sequences.map((sequence) => new CreateSequence(sequence, { ifNotExists: existing !== null })),
        ...fresh.flatMap((table) => creation(table, apart)),
        ...keysOf(fresh, apart).flatMap((key) => [new AddConstraint(key), ...commentOf(key)]),
        ...views.filter((view) => existing === null || !existing.has(view)).flatMap(viewCreation),
        ...at('afterCreate'),
      ]
    },
  })
}

const NONE_LATER: ReadonlySet<ForeignKeyConstraint> = new Set()

function creation(table: Table, later: ReadonlySet<ForeignKeyConstraint>): DdlStep[] {
  const without = new Set(table.foreignKeys.filter((key) => later.has(key)))
  const commands: DdlStep[] = [...table.events.steps('beforeCreate'), new CreateTable(table, { without })]
  if (hasColumnStorage(table)) commands.push(new SetColumnStorage(table))
  for (const index of table.indexes) commands.push(...indexCreation(index))
  if (table.comment !== null) commands.push(new SetTableComment(table))
  for (const column of table.columnList) if (column.comment !== null) commands.push(new SetColumnComment(column))
  for (const constraint of [table.primaryKey, ...table.constraints])
    if (!without.has(constraint as ForeignKeyConstraint)) commands.push(...commentOf(constraint))
  commands.push(...table.events.steps('afterCreate'))
  return commands
}

function typeCreation(type: NamedType): DdlElement[] {
  const hasComment = type.comment !== undefined && type.comment !== null
  return [new CreateType(type), ...(hasComment ? [new SetTypeComment(type)] : [])]
}

function viewCreation(view: View): DdlElement[] {
  const comment = view.comment === null ? [] : [new SetViewComment(view)]
  return [new CreateView(view), ...view.indexes.flatMap(indexCreation), ...comment]
}

function indexCreation(index: Index): DdlElement[] {
  return [new CreateIndex(index), ...(index.comment === null ? [] : [new SetIndexComment(index)])]
}

function commentOf(constraint: Constraint): DdlElement[] {
  return constraint.comment === null ? [] : [new SetConstraintComment(constraint)]
}

/**
 * Plans the removal of tables: each before those it refers to; foreign keys in a circle first.
 *
 * @throws NoReferencedTableError a foreign key refers to a table that is not there.
 */
export function dropPlan(given: Iterable<Table>, parts: PlanParts = {}): DdlPlan {
  const { tables, later } = sortTables(given)
  const sequences = ownSequencesOf(tables, parts.sequences ?? [])
  const views = [...(parts.views ?? [])].reverse()
  const order = [...tables].reverse()
  const at = (name: DdlEventName): DdlStep[] => parts.events?.steps(name) ?? []
  return planOf({
    sort: 'drop',
    tables: order,
    relations: [...views, ...order],
    isCircular: later.size > 0,
    namedTypes: (host) => ownTypesOf(tables, host),
    steps(existing = null, types = [], { alterConstraints = true } = {}) {
      const isThere = (table: unknown): boolean => existing === null || (existing as ReadonlySet<unknown>).has(table)
      const doomed = order.filter(isThere)
      // A key went with the table that it referred to.
      const keys = keysOf(doomed, alterConstraints ? later : NONE_LATER).filter((key) => isThere(key.referredTable))
      return [
        ...at('beforeDrop'),
        ...views.filter(isThere).map((view) => new DropView(view)),
        ...keys.map((key) => new DropConstraint(key, { ifExists: existing !== null })),
        ...doomed.flatMap((table) => [
          ...table.events.steps('beforeDrop'),
          new DropTable(table),
          ...table.events.steps('afterDrop'),
        ]),
        ...sequences.map((sequence) => new DropSequence(sequence, { ifExists: existing !== null })),
        ...[...types].reverse().map((type) => new DropType(type)),
        ...at('afterDrop'),
      ]
    },
  })
}

function keysOf(tables: readonly Table[], later: ReadonlySet<ForeignKeyConstraint>): ForeignKeyConstraint[] {
  return tables.flatMap((table) => table.foreignKeys.filter((key) => later.has(key)))
}
