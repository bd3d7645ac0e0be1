// `@Entity`: maps a class to a table.
import { ArgumentError } from '../../errors.ts'
import type { SchemaColumn } from '../../expression/schema/column.ts'
import { snakeCase } from '../../expression/schema/naming.ts'
import { type TableItems, type TableOptions, table } from '../../expression/schema/table.ts'
import { checkKeys } from '../../nearest.ts'
import type { EntityConstructor } from '../contract/orm.ts'
import { MappingError } from '../errors.ts'
import { installAttributes } from '../instrument/attributes.ts'
import { registerMapper } from '../map/mapped-class.ts'
import { Mapper } from '../map/mapper.ts'
import { Relationship } from '../map/relationship.ts'
import { DeclarativeBase, type EntityClass, registryOf } from './base.ts'
import { prepareConstruction, replacementOf } from './construction.ts'
import { type Scanned, scanClass } from './scan.ts'

/** Options of {@link Entity}: those of the table. */
export interface EntityOptions {
  /** Default: the MetaData's schema; null for none although the MetaData has one. */
  readonly schema?: string | null
  /** Kept in the database as the table's comment. */
  readonly comment?: string
  /** Constraints and indexes; a function gets the columns by property name. */
  readonly constraints?: TableItems | ((columns: Readonly<Record<string, SchemaColumn>>) => TableItems)
  /** Words between CREATE and TABLE, such as `UNLOGGED`. */
  readonly prefixes?: readonly string[]
}

const OPTION_KEYS: readonly (keyof EntityOptions)[] = ['schema', 'comment', 'constraints', 'prefixes']

/** The decorator that {@link Entity} makes, for both dialects. */
export type EntityDecorator = <C extends EntityClass<DeclarativeBase>>(entity: C, context?: ClassDecoratorContext) => C

/**
 * Maps a class that extends a declarative base to a table of the base's MetaData.
 *
 * The class is replaced by a subclass of the same name, which knows the table. Decorated properties of unmapped classes between it and the base
 * become columns too. A class that extends a mapped one is refused for now.
 *
 * @param tableName default: the class's name in snake_case, `UserAccount` `user_account`.
 * @throws MappingError no primary key, no type for a column, a class that extends no base.
 * @throws ArgumentError an unknown option.
 * @throws InvalidRequestError the MetaData has a table of that name.
 * @example
 * ```ts
 * @Entity('user_account', { constraints: (user) => [new UniqueConstraint([user.name, user.nick])] })
 * class User extends Base<User> {
 *   @Column(Integer, { primaryKey: true }) id!: number
 *   @Column(String(30)) name!: string
 *   @Column(String(30), { nullable: true }) nick!: string | null
 * }
 * ```
 */
export function Entity(tableName?: string, options: EntityOptions = {}): EntityDecorator {
  if (typeof tableName === 'function') throw new ArgumentError('@Entity is called: write @Entity() before the class')
  if (tableName !== undefined && (typeof tableName !== 'string' || tableName === ''))
    throw new ArgumentError("@Entity(tableName, options): the table's name is a text that is not empty")
  checkKeys('@Entity()', options, OPTION_KEYS)
  return (entity, context) => mapClass(entity as never, tableName, options, context ?? null) as never
}

function mapClass(
  original: EntityConstructor,
  tableName: string | undefined,
  options: EntityOptions,
  context: ClassDecoratorContext | null,
): EntityConstructor {
  const { name } = original
  if (name === '') throw new MappingError('@Entity stands before a class without a name')
  const scanned = scanClass(original, DeclarativeBase, metadataOfContext(context))
  const registry = registryOf(original)
  const made = table(tableName ?? snakeCase(name), registry.metadata, scanned.columns, options as TableOptions)
  const entityClass = replacementOf(original)
  let relationships: Relationship[] = []
  try {
    const mapper = new Mapper({
      entityClass,
      className: name,
      table: made,
      relationships(self, firstSlot) {
        relationships = relationshipsOf(self, scanned, firstSlot)
        return relationships
      },
      configure: () => registry.configure(),
    })
    installAttributes(entityClass.prototype, mapper)
    prepareConstruction(entityClass, mapper)
    registerMapper(entityClass, mapper)
    registerMapper(original, mapper)
    registry.add(mapper, relationships)
  } catch (error) {
    registry.metadata.remove(made)
    throw error
  }
  return entityClass
}

function metadataOfContext(context: ClassDecoratorContext | null): object | null {
  const metadata: unknown = context?.metadata
  return typeof metadata === 'object' ? metadata : null
}

function relationshipsOf(mapper: Mapper, scanned: Scanned, firstSlot: number): Relationship[] {
  return scanned.relationships.map((config, index) => new Relationship(mapper, config, firstSlot + index))
}
