// What the decorators of a class body said, kept until the class is mapped: by prototype (legacy) or by metadata object (standard).

import { ArgumentError } from '../../errors.ts'
import type { ColumnParts } from '../../expression/schema/column-definition.ts'
import type { RelationshipSettings } from '../map/relationship-settings.ts'

/** A property with `@Column`. */
export interface DeclaredColumn {
  readonly kind: 'column'
  readonly definition: ColumnParts
}

/** A property with `@Relationship`. */
export interface DeclaredRelationship {
  readonly kind: 'relationship'
  readonly target: () => unknown
  readonly settings: RelationshipSettings
}

/** What one decorated property is. */
export type Declaration = DeclaredColumn | DeclaredRelationship

/** A decorated property, and the object under which its class's declarations are kept. */
interface Property {
  readonly owner: object
  readonly key: string
}

const declarations: WeakMap<object, Map<string, Declaration>> = new WeakMap()

/**
 * Takes a declaration from the two arguments of a property decorator, whose shape tells the dialect of decorators.
 *
 * @throws ArgumentError the decorator stands before something that is no public instance property, or twice before one.
 */
export function declare(decorator: string, first: unknown, second: unknown, declaration: Declaration): void {
  const { owner, key } = propertyOf(decorator, first, second)
  let own = declarations.get(owner)
  if (own === undefined) {
    own = new Map()
    declarations.set(owner, own)
  }
  if (own.has(key)) throw new ArgumentError(`${decorator} ${key}: the property is mapped twice`)
  own.set(key, declaration)
}

/** The declarations kept under a prototype or a metadata object. */
export function declarationsOf(owner: object): ReadonlyMap<string, Declaration> {
  return declarations.get(owner) ?? new Map()
}

function propertyOf(decorator: string, first: unknown, second: unknown): Property {
  if (isContext(second)) return propertyOfContext(decorator, second)
  if (typeof second !== 'string')
    throw new ArgumentError(`${decorator} stands before properties with a plain name, not before ${typeof second}s`)
  if (typeof first === 'function') throw new ArgumentError(`${decorator} ${second}: static properties cannot be mapped`)
  if (typeof first !== 'object' || first === null)
    throw new ArgumentError(`${decorator} is a decorator: write it before a property of a class`)
  return { owner: first, key: second }
}

type PropertyContext = ClassFieldDecoratorContext | ClassAccessorDecoratorContext

function isContext(value: unknown): value is PropertyContext {
  return typeof value === 'object' && value !== null && 'kind' in value && 'name' in value
}

function propertyOfContext(decorator: string, context: PropertyContext): Property {
  const { kind, name } = context
  if ((kind !== 'field' && kind !== 'accessor') || typeof name !== 'string' || context.static || context.private)
    throw new ArgumentError(
      `${decorator} ${String(name)}: only public instance properties can be mapped, as fields or as accessor fields`,
    )
  if (typeof context.metadata !== 'object' || context.metadata === null)
    throw new ArgumentError(
      `${decorator} ${name}: the compiler keeps no decorator metadata, as 'tsalchemy/orm' was loaded after the class; import it first`,
    )
  return { owner: context.metadata, key: name }
}
