// `EntityClause`: a mapped class, or an alias of one, as it stands in statements.
import type { CompilePlugin } from '../../expression/base/protocol.ts'
import type { NamedElement } from '../../expression/element/column-element.ts'
import { Alias } from '../../expression/from/alias.ts'
import type { FromClause } from '../../expression/from/from-clause.ts'
import { EntityElement } from '../../expression/select/entity.ts'
import { ormCompile } from '../contract/orm.ts'
import { mapperOf } from '../map/mapped-class.ts'
import type { Mapper } from '../map/mapper.ts'

/** What statements about classes carry; the query room does the work. */
const plugin: CompilePlugin = { prepare: (statement) => ormCompile.use(statement) }

/** A class in a statement: its mapper, and its table or an alias of it. */
export class EntityClause extends EntityElement {
  readonly mapper: Mapper
  readonly from: FromClause
  readonly entityName: string
  readonly plugin: CompilePlugin = plugin
  #columns: readonly NamedElement[] | null = null

  constructor(mapper: Mapper, from: FromClause, entityName: string) {
    super()
    this.mapper = mapper
    this.from = from
    this.entityName = entityName
  }

  /** The mapper's number: equal classes have equal keys. */
  get id(): number {
    return this.mapper.id
  }

  get columns(): readonly NamedElement[] {
    this.#columns ??= this.mapper.columns.map(({ key, column }) => this.from.columns[key] ?? column)
    return this.#columns
  }

  /** Whether it stands for the table itself and not for an alias. */
  get isPlain(): boolean {
    return this.from === this.mapper.table
  }
}

const clauses: WeakMap<Mapper, EntityClause> = new WeakMap()

/**
 * The element of a mapped class, always the same one.
 *
 * @throws UnmappedClassError
 */
export function entityClauseOf(entityClass: unknown): EntityClause {
  return clauseOfMapper(mapperOf(entityClass))
}

/** The element of a mapper's class, always the same one. */
export function clauseOfMapper(mapper: Mapper): EntityClause {
  let clause = clauses.get(mapper)
  if (clause === undefined) {
    clause = new EntityClause(mapper, mapper.table, mapper.className)
    clauses.set(mapper, clause)
  }
  return clause
}

/** The element of an alias of a mapper's table, a new one each time. */
export function aliasOfMapper(mapper: Mapper, name: string | null): EntityClause {
  return new EntityClause(mapper, new Alias(mapper.table, name), name ?? mapper.className)
}
