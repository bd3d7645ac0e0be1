// What happens around creating and dropping: listeners of tables and of a MetaData.
import { ArgumentError } from '../../errors.ts'
import { quoteName, suggestion } from '../../nearest.ts'
import type { Executable } from '../base/executable.ts'
import { DdlElement } from './ddl/element.ts'

/** The moments that can be listened to. */
export type DdlEventName = 'beforeCreate' | 'afterCreate' | 'beforeDrop' | 'afterDrop'

/** What listeners may do with the connection that runs the DDL: they are part of its transaction. */
export interface DdlConnection {
  execute(statement: Executable | string): PromiseLike<unknown>
}

/** What a listener is told. */
export interface DdlEvent<Target> {
  readonly name: DdlEventName
  /** The table or the MetaData. */
  readonly target: Target
  readonly connection: DdlConnection
}

/** A command that is run, or a function that is called and waited for. */
export type DdlListener<Target> = DdlElement | ((event: DdlEvent<Target>) => unknown)

/** A function that is called between commands. */
export interface DdlCall {
  readonly call: (connection: DdlConnection) => unknown
}

/** A command or a call, in the order of a plan. */
export type DdlStep = DdlElement | DdlCall

const NAMES: readonly string[] = ['beforeCreate', 'afterCreate', 'beforeDrop', 'afterDrop']

/** The listeners of one table or MetaData. */
export class DdlEvents<Target> {
  readonly #target: Target
  readonly #listeners: { readonly name: DdlEventName; readonly listener: DdlListener<Target> }[] = []

  constructor(target: Target) {
    this.#target = target
  }

  /**
   * @returns what ends it.
   * @throws ArgumentError an unknown event, or no listener.
   */
  listen(name: DdlEventName, listener: DdlListener<Target>): () => void {
    if (!NAMES.includes(name))
      throw new ArgumentError(`on(): there is no event ${quoteName(name)}${suggestion(name, NAMES)}`)
    if (typeof listener !== 'function' && !(listener instanceof DdlElement))
      throw new ArgumentError("on() takes a function or a command such as new DDL('...')")
    const entry = { name, listener }
    this.#listeners.push(entry)
    return () => {
      const place = this.#listeners.indexOf(entry)
      if (place >= 0) this.#listeners.splice(place, 1)
    }
  }

  /** What is to be done at a moment, in the order in which it was asked for. */
  steps(name: DdlEventName): DdlStep[] {
    const target = this.#target
    return this.#listeners
      .filter((entry) => entry.name === name)
      .map(({ listener }) =>
        listener instanceof DdlElement
          ? listener.onTarget(target)
          : { call: (connection) => listener({ name, target, connection }) },
      )
  }
}
