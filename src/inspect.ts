// `inspect()`: what can be told of a thing, by the kind of thing; each kind says so itself under a symbol.
import { NoInspectionAvailable } from './errors.ts'
import { showValue } from './show.ts'

/** Under which a thing tells what inspects it. */
const INSPECT: unique symbol = Symbol.for('tsalchemy.inspect') as never

/** A thing that can be inspected. */
export interface Inspectable<Inspection = unknown> {
  /** Declared only. */
  readonly '~inspection': Inspection
}

/** An element of a statement, as far as it is to be known here. */
export interface Describable {
  readonly kind: string
  readonly keyId: number
}

/**
 * Says what inspects the instances of a class.
 *
 * @internal
 * @example
 * static { inspects(this, (engine) => new Inspector(engine)) }
 */
export function inspects<T extends object>(kind: { readonly prototype: T }, tell: (subject: T) => unknown): void {
  Object.defineProperty(kind.prototype, INSPECT, {
    value(this: T): unknown {
      return tell(this)
    },
  })
}

/**
 * What can be told of a thing: of an engine or a connection an `Inspector`, which reads the database's catalogs; of a mapped class a
 * `MapperInspection`, of one of its objects an `InstanceInspection`; elements and statements tell
 * of themselves (`columnDescriptions`, `finalFroms`, `exportedColumns`; `iterate()` goes through their parts). SQLAlchemy: "Runtime
 * Inspection API".
 *
 * @throws NoInspectionAvailable nothing can be told of it.
 * @example
 * const names = await inspect(engine).getTableNames()
 */
export function inspect<Inspection>(subject: Inspectable<Inspection>): Inspection
export function inspect<E extends Describable>(element: E): E
export function inspect(subject: unknown): unknown {
  const given: unknown = subject
  const canTell = (typeof given === 'object' && given !== null) || typeof given === 'function'
  const tell: unknown = canTell ? (given as { readonly [INSPECT]?: unknown })[INSPECT] : undefined
  if (typeof tell !== 'function') throw new NoInspectionAvailable(`No inspection is available for ${showValue(given)}`)
  return tell.call(given)
}
