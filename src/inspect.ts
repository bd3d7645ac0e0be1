// `inspect()`: what can be told of a thing, by the kind of thing; each kind says so itself under a symbol.
import { NoInspectionAvailable } from './errors.ts'
import { showValue } from './show.ts'

/** Under which a thing (an engine, a mapped class, an entity) tells what inspects it. */
export const INSPECT: unique symbol = Symbol.for('tsalchemy.inspect') as never

/** A thing that can be inspected. */
export interface Inspectable<Inspection = unknown> {
  /** @internal */
  readonly [INSPECT]: () => Inspection
}

/**
 * What can be told of a thing: of an engine or a connection an `Inspector`, which reads the database's catalogs. SQLAlchemy:
 * "Runtime Inspection API".
 *
 * @throws NoInspectionAvailable nothing can be told of it.
 * @example
 * const names = await inspect(engine).getTableNames()
 */
export function inspect<Inspection>(subject: Inspectable<Inspection>): Inspection {
  const given: unknown = subject
  const canTell = (typeof given === 'object' && given !== null) || typeof given === 'function'
  const tell: unknown = canTell ? (given as Partial<Inspectable>)[INSPECT] : undefined
  if (typeof tell !== 'function') throw new NoInspectionAvailable(`No inspection is available for ${showValue(given)}`)
  return tell.call(given) as Inspection
}
