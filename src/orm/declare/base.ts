// `DeclarativeBase`: what mapped classes extend; loading it makes `@Column` work on properties.
import 'reflect-metadata'
import { ArgumentError } from '../../errors.ts'
import type { Element } from '../../expression/base/element.ts'
import { CLAUSE_ELEMENT } from '../../expression/base/protocol.ts'
import type { EntityInstance } from '../../expression/from/typed.ts'
import { decorateColumn } from '../../expression/schema/column-definition.ts'
import { MetaData, type MetaDataOptions } from '../../expression/schema/metadata.ts'
import { inspects } from '../../inspect.ts'
import type { EntityConstructor } from '../contract/orm.ts'
import { MappingError } from '../errors.ts'
import { InstanceInspection } from '../map/instance-inspection.ts'
import { mapperOf } from '../map/mapped-class.ts'
import { inspectionOfMapper, type MapperInspection } from '../map/mapper-inspection.ts'
import { Registry } from '../map/registry.ts'
import type { Awaitable, Init, Plain } from '../map/typed.ts'
import { entityClauseOf } from '../query/entity-clause.ts'
import { ownState } from '../state/state.ts'
import { awaitableOf } from './awaitable.ts'
import { begin } from './construction.ts'
import { declare } from './declaration.ts'
import { inspectView, jsonValue, plainObject } from './view.ts'

// Standard decorators keep their metadata under this symbol, which no engine has yet; compilers fall back to this very one.
if ((Symbol as { readonly metadata?: symbol }).metadata === undefined)
  Object.defineProperty(Symbol, 'metadata', { value: Symbol.for('Symbol.metadata') })

decorateColumn.plug((definition, first, second) => {
  declare('@Column', first, second, { kind: 'column', definition })
})

/** A mapped class, or an abstract one. */
// biome-ignore lint/suspicious/noExplicitAny: constructors of whatever parameters; `never` would refuse subclasses in decorators
export type EntityClass<E = object> = abstract new (...args: any) => E

/**
 * What mapped classes extend, by way of a base of one's own, which has its registry and its MetaData.
 *
 * The base's MetaData names columns in snake_case (`userId` becomes `user_id`); `static columnNaming = 'as-written'` or a
 * `static metadata = new MetaData(...)` of the base changes that.
 *
 * @example
 * class Base<Self = any> extends DeclarativeBase<Self> {}
 * await Base.metadata.createAll(engine)
 */
// biome-ignore lint/suspicious/noExplicitAny: without it a base of one's own could not leave its type parameter out
export abstract class DeclarativeBase<Self = any> implements EntityInstance {
  declare readonly '~entity': true
  /** What `inspect(user)` gives; declared only. */
  declare readonly '~inspection': InstanceInspection<this>
  /** What `inspect(User)` gives; declared only. */
  declare static readonly '~inspection': MapperInspection
  /** The tables of the classes. Every direct subclass of DeclarativeBase has its own. */
  declare static readonly metadata: MetaData
  /** The classes. Every direct subclass of DeclarativeBase has its own. */
  declare static readonly registry: Registry
  /** How the MetaData that the base makes for itself names columns. Default 'snake_case'. */
  declare static readonly columnNaming: MetaDataOptions['columnNaming']

  static {
    defineInherited(DeclarativeBase, 'registry', (base) => registryOf(base))
    defineInherited(DeclarativeBase, 'metadata', (base) => registryOf(base).metadata)
    inspects(DeclarativeBase, (entity) => new InstanceInspection(entity))
    inspects({ prototype: DeclarativeBase }, (entityClass) => inspectionOfMapper(mapperOf(entityClass)))
    Object.defineProperty(DeclarativeBase, CLAUSE_ELEMENT, {
      value(this: EntityConstructor): Element {
        return entityClauseOf(this)
      },
    })
    Object.defineProperty(DeclarativeBase.prototype, Symbol.for('nodejs.util.inspect.custom'), {
      value(this: object): object {
        return inspectView(this)
      },
      configurable: true,
      writable: true,
    })
  }

  /**
   * @param init attributes by name; `undefined` leaves one unset.
   * @throws ArgumentError a name that is no attribute, or a value that the attribute cannot hold.
   * @throws UnmappedClassError the class has no `@Entity`.
   */
  constructor(init?: Init<Self>) {
    begin(this, init)
  }

  /**
   * The attributes as promises: what is not loaded is loaded first, for all objects that came from the same query.
   *
   * @example
   * const addresses = await user.awaitable.addresses
   * // SELECT ... FROM address WHERE address.user_id = ANY ($1::INTEGER[])
   */
  get awaitable(): Awaitable<this> {
    const state = ownState(this)
    if (state === null) throw new ArgumentError('awaitable is read from objects, not from prototypes')
    return awaitableOf(state) as Awaitable<this>
  }

  /** The loaded attributes as a plain object, with those of loaded related objects; relationships that lead back are left out. */
  toObject(): Plain<this> {
    return plainObject(this, (value) => value) as Plain<this>
  }

  /** As {@link toObject}, with values that JSON can hold: big integers become digits, bytes base64. */
  toJSON(): object {
    return plainObject(this, jsonValue)
  }
}

const registries: WeakMap<object, Registry> = new WeakMap()

/**
 * The registry of a class: that of the direct subclass of DeclarativeBase which it is or extends.
 *
 * @throws MappingError it extends none.
 */
export function registryOf(entityClass: object): Registry {
  let base = entityClass
  for (let above: object | null = base; above !== DeclarativeBase; above = Object.getPrototypeOf(above)) {
    if (above === null)
      throw new MappingError('Derive a base of your own: class Base<Self = any> extends DeclarativeBase<Self> {}')
    base = above
  }
  if (base === DeclarativeBase)
    throw new MappingError(
      'DeclarativeBase has no MetaData: derive a base, class Base<Self = any> extends DeclarativeBase<Self> {}',
    )
  let registry = registries.get(base)
  if (registry === undefined) {
    registry = new Registry(metadataFor(base))
    registries.set(base, registry)
  }
  return registry
}

function metadataFor(base: object): MetaData {
  const own: unknown = Object.getOwnPropertyDescriptor(base, 'metadata')?.value
  if (own === undefined) {
    const columnNaming = (base as { readonly columnNaming?: MetaDataOptions['columnNaming'] }).columnNaming
    return new MetaData({ columnNaming: columnNaming ?? 'snake_case' })
  }
  if (own instanceof MetaData) return own
  throw new ArgumentError(
    'The static metadata of a declarative base is a MetaData: static metadata = new MetaData(...)',
  )
}

/** A static property that subclasses may set, by definition or by assignment. */
function defineInherited(target: object, key: string, get: (base: object) => unknown): void {
  Object.defineProperty(target, key, {
    get(this: object) {
      return get(this)
    },
    set(this: object, value: unknown) {
      Object.defineProperty(this, key, { value, writable: true, enumerable: true, configurable: true })
    },
    configurable: true,
  })
}
