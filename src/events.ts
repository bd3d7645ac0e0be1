// `Events`: listeners by the name of a moment, called in order and waited for.
import { ArgumentError } from './errors.ts'
import { quoteName, suggestion } from './nearest.ts'

/** Is told of an event; a promise that it returns is waited for before the next listener is called. */
export type EventListener<Event> = (event: Event) => unknown

/** What ends listening; calling it again does nothing. */
export type Unlisten = () => void

/**
 * The listeners of one object: an engine, a pool. `Moments` names each event with what listeners are told.
 *
 * Nobody pays who does not listen: ask `has(name)` before making the event, and `emit` returns no promise as long as no
 * listener does.
 */
export class Events<Moments extends object> {
  readonly #owner: string
  readonly #names: readonly (keyof Moments & string)[]
  readonly #parent: Events<Moments> | null
  readonly #rare: readonly (keyof Moments & string)[]
  readonly #listeners: Map<string, readonly EventListener<never>[]> = new Map()
  /** How many events that are not rare have listeners. */
  #heard = 0

  /**
   * @param owner whose events they are, for messages: `An engine`.
   * @param names all events that there are.
   * @param parent listeners of another object that are told first: of the engine that this one is a view of.
   * @param rare events that {@link any} does not count.
   */
  constructor(
    owner: string,
    names: readonly (keyof Moments & string)[],
    parent: Events<Moments> | null = null,
    rare: readonly (keyof Moments & string)[] = [],
  ) {
    this.#owner = owner
    this.#names = names
    this.#parent = parent
    this.#rare = rare
  }

  /**
   * @returns what ends it.
   * @throws ArgumentError an unknown event, or no function.
   */
  on<Name extends keyof Moments & string>(name: Name, listener: EventListener<Moments[Name]>): Unlisten {
    if (!this.#names.includes(name))
      throw new ArgumentError(`${this.#owner} has no event ${quoteName(name)}${suggestion(name, this.#names)}`)
    if (typeof listener !== 'function') throw new ArgumentError(`on(${quoteName(name)}) takes a function`)
    // One wrapper for each call: a listener that listens twice is told twice and leaves twice.
    const own: EventListener<Moments[Name]> = (event) => listener(event)
    this.#listeners.set(name, [...(this.#listeners.get(name) ?? []), own])
    this.#count()
    return () => {
      const left = (this.#listeners.get(name) ?? []).filter((each) => each !== own)
      if (left.length === 0) this.#listeners.delete(name)
      else this.#listeners.set(name, left)
      this.#count()
    }
  }

  #count(): void {
    this.#heard = [...this.#listeners.keys()].filter((name) => !(this.#rare as readonly string[]).includes(name)).length
  }

  /** All events that there are. */
  get names(): readonly (keyof Moments & string)[] {
    return this.#names
  }

  /** Whether anybody listens to the event. */
  has(name: keyof Moments & string): boolean {
    return this.#listeners.has(name) || (this.#parent?.has(name) ?? false)
  }

  /** Whether anybody listens to anything that is not rare: what is told often asks this first. */
  get any(): boolean {
    return this.#heard > 0 || (this.#parent?.any ?? false)
  }

  /**
   * Calls the listeners in the order in which they came; the first that throws ends it.
   *
   * @param take is given what each listener returned, before the next is called: for events that listeners may answer.
   * @returns nothing where no listener returned a promise; else what resolves when the last is done.
   */
  emit<Name extends keyof Moments & string>(
    name: Name,
    event: Moments[Name],
    take: ((answer: unknown) => void) | null = null,
  ): void | Promise<void> {
    const above = this.#parent?.emit(name, event, take)
    const listeners = this.#listeners.get(name) as readonly EventListener<Moments[Name]>[] | undefined
    if (listeners === undefined) return above
    if (above !== undefined) return above.then(() => callFrom(listeners, 0, event, take))
    return callFrom(listeners, 0, event, take)
  }
}

function callFrom<Event>(
  listeners: readonly EventListener<Event>[],
  first: number,
  event: Event,
  take: ((answer: unknown) => void) | null,
): void | Promise<void> {
  for (let index = first; index < listeners.length; index += 1) {
    const answer = listeners[index]?.(event)
    if (isThenable(answer))
      return Promise.resolve(answer).then((settled) => {
        take?.(settled)
        return callFrom(listeners, index + 1, event, take)
      })
    take?.(answer)
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function'
}
