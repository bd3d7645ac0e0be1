// `Placeholders`: the parameters of a statement that is being rendered, and which placeholder each bind has.
import { CompileError } from '../../errors.ts'
import { type Bind, NO_VALUE } from '../../expression/element/bind.ts'
import { quoteName } from '../../nearest.ts'
import type { Slot } from './slot.ts'
import type { Spelling } from './spelling.ts'

/** Up to so many binds are searched: a map costs more to make than all its answers are worth. */
const FEW = 16

/** The parameters of one statement. */
export class Placeholders {
  readonly #spelling: Spelling
  /** In the order of their numbers. */
  readonly slots: Slot[] = []
  /** Binds that have a text, and their texts. */
  readonly #binds: Bind[] = []
  readonly #texts: string[] = []
  #textOf: Map<Bind, string> | null = null
  /** Null as long as all names were chosen by the compiler: those differ by themselves. */
  #byName: Map<string, Slot> | null = null
  /** Names of those that are values of columns. */
  #ofColumns: Set<string> | null = null

  constructor(spelling: Spelling) {
    this.#spelling = spelling
  }

  /** The text of a bind that was met before. */
  textOf(bind: Bind): string | undefined {
    if (this.#textOf !== null) return this.#textOf.get(bind)
    const binds = this.#binds
    for (let index = 0; index < binds.length; index += 1) if (binds[index] === bind) return this.#texts[index]
    return undefined
  }

  /** Keeps the text of a bind. */
  keep(bind: Bind, text: string): void {
    if (this.#textOf !== null) this.#textOf.set(bind, text)
    else if (this.#binds.push(bind) <= FEW) this.#texts.push(text)
    else {
      this.#texts.push(text)
      this.#textOf = new Map(this.#binds.map((each, index) => [each, this.#texts[index] as string]))
    }
  }

  /** A parameter whose name no other has, as the compiler has chosen it. */
  addGenerated(slot: Slot): string {
    return this.#byName === null ? this.#append(slot) : this.add(slot)
  }

  /**
   * A parameter, or the one of that name that is there already.
   * @param isOfColumn it is the value that a statement writes into the column of its name
   * @throws CompileError the two cannot be one
   */
  add(slot: Slot, isOfColumn = false): string {
    const byName = this.#named()
    const { key } = slot
    const other = byName.get(key)
    if (other === undefined) {
      byName.set(key, slot)
      if (isOfColumn) this.#ofColumns = (this.#ofColumns ?? new Set()).add(key)
      return this.#append(slot)
    }
    checkSame(slot, other, isOfColumn === (this.#ofColumns?.has(key) ?? false))
    return this.#spelling.placeholder(this.slots.indexOf(other) + 1, other.key, other.type)
  }

  /** A parameter whose name others may have. */
  addPart(slot: Slot): string {
    this.#named()
    return this.#append(slot)
  }

  #named(): Map<string, Slot> {
    this.#byName ??= new Map(this.slots.map((slot) => [slot.key, slot]))
    return this.#byName
  }

  #append(slot: Slot): string {
    return this.#spelling.placeholder(this.slots.push(slot), slot.key, slot.type)
  }
}

/** Two parameters of one name are one parameter, unless they cannot be. */
function checkSame(slot: Slot, other: Slot, areAlike: boolean): void {
  const name = quoteName(slot.key)
  if (slot.bind === null || other.bind === null || !areAlike)
    throw new CompileError(
      `The parameter name ${name} is that of a column which this statement writes: give the parameter another name, such as ${quoteName(`b_${slot.key}`)}`,
    )
  if (slot.bind.anonymous || other.bind.anonymous)
    throw new CompileError(
      `The parameter name ${name} is also the name generated for a value of this statement: choose another name`,
    )
  if (slot.type.id !== other.type.id)
    throw new CompileError(`Two parameters of this statement are called ${name} and have different types`)
  if (slot.bind.value !== NO_VALUE && other.bind.value !== NO_VALUE)
    throw new CompileError(
      `Two parameters of this statement are called ${name} and hold a value each: use one bindparam() object, or two names`,
    )
}
