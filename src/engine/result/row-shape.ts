// `RowShape`: what the rows of one statement look like, and the class that they are made of.
import type { RowTarget } from '../../dialect/contract/driver.ts'
import { AmbiguousColumnError, NoSuchColumnError } from '../../errors.ts'
import type { Element } from '../../expression/base/element.ts'
import { Label } from '../../expression/element/label.ts'
import { quoteName, suggestion } from '../../nearest.ts'

/** A row, or a mapping: an object with the selected names as its own properties, in the order of selection. */
type Fields = Record<string, unknown>

const KEYS: unique symbol = Symbol('tsalchemy.rowKeys')
const VALUES: unique symbol = Symbol('tsalchemy.rowValues')

/**
 * What rows inherit: they can be iterated, which gives the values in the order of selection. Names are own properties of each
 * row; one that several columns share is no own property, and reading it raises.
 */
export class Row {
  *[Symbol.iterator](): IterableIterator<unknown> {
    const row = this as unknown as Fields & { [KEYS]: readonly string[]; [VALUES]?: readonly unknown[] }
    if (row[VALUES] !== undefined) yield* row[VALUES]
    else for (const key of row[KEYS]) yield row[key]
  }
  static {
    if ('Bun' in globalThis) showOwn(Row.prototype)
  }
}

/** Bun shows what is on prototypes as well, however it is defined. */
function showOwn(prototype: object): void {
  Object.defineProperty(prototype, Symbol.for('nodejs.util.inspect.custom'), {
    value(_depth: number, options: object, inspect: (value: unknown, options: object) => string): string {
      return `Row ${inspect({ ...(this as object) }, options)}`
    },
  })
}

/** Up to so many properties that are stored by computed name, V8 keeps them fast without being told of them beforehand. */
const NARROW = 20

/** Names by which columns are looked up: a name, a position, or the expression that was selected. */
export type ColumnKey = string | number | object

/** What the rows of one statement look like. Made once for a statement, used for all its rows and those of statements alike. */
export class RowShape {
  readonly keys: readonly string[]
  #rowClass: (new () => Fields) | null = null
  #mappingClass: (new () => Fields) | null = null
  #repeated: ReadonlySet<string> | null = null
  #target: RowTarget | null | undefined = undefined

  constructor(keys: readonly string[]) {
    this.keys = keys
  }

  /** Whether the columns of another have the same names, in the same order. */
  isLike(other: RowShape): boolean {
    return this.keys.length === other.keys.length && this.keys.every((key, index) => key === other.keys[index])
  }

  /** Rows as objects that can be iterated. */
  rows(values: readonly (readonly unknown[])[]): Fields[] {
    this.#rowClass ??= this.#makeRowClass()
    return this.#repeats.size > 0 || this.keys.includes('__proto__')
      ? values.map((each) => this.#defineEach(this.#rowClass as new () => Fields, each))
      : fill(this.#rowClass, this.keys, values)
  }

  /** What a driver needs to make rows itself; null where a name is no plain property. */
  get target(): RowTarget | null {
    if (this.#target === undefined) {
      this.#rowClass ??= this.#makeRowClass()
      const plain = this.#repeats.size === 0 && !this.keys.includes('__proto__')
      this.#target = plain ? { keys: this.keys, make: this.#rowClass } : null
    }
    return this.#target
  }

  /** The values of rows that a driver has made. */
  valuesOf(made: readonly Fields[]): unknown[][] {
    const { keys } = this
    return made.map((row) => keys.map((key) => row[key]))
  }

  /**
   * Rows as plain objects.
   *
   * @throws AmbiguousColumnError several columns have the same name.
   */
  mappings(values: readonly (readonly unknown[])[]): Fields[] {
    const [repeated] = this.#repeats
    if (repeated !== undefined) throw ambiguous(repeated)
    this.#mappingClass ??= newClass(Object.prototype, this.keys.length)
    return this.keys.includes('__proto__')
      ? values.map((each) => this.#defineEach(this.#mappingClass as new () => Fields, each))
      : fill(this.#mappingClass, this.keys, values)
  }

  /**
   * The position of a column.
   *
   * @param selected what the statement that gave the rows has selected, in order; null where only names are known.
   * @throws NoSuchColumnError there is none.
   * @throws AmbiguousColumnError there are several of that name.
   */
  indexOf(key: ColumnKey, selected: readonly Element[] | null = null): number {
    if (typeof key === 'number') return this.#checkIndex(key)
    if (typeof key === 'string') return this.#indexOfName(key)
    const place = selected?.findIndex((element) => element === key || unlabelled(element) === key) ?? -1
    if (place >= 0) return place
    const { key: name, table } = (key ?? {}) as { readonly key?: unknown; readonly table?: unknown }
    if (typeof name !== 'string') throw new NoSuchColumnError('The result has no column for this expression')
    const index = this.#indexOfName(name)
    // A namesake: the same column of an alias is another column.
    const found = selected?.[index]
    const other = found === undefined ? null : ((unlabelled(found) as { readonly table?: unknown }).table ?? null)
    if (other === null || (table ?? null) === null || other === table) return index
    throw new NoSuchColumnError(
      `The result has no column for this expression: its ${quoteName(name)} is that of another table or alias`,
    )
  }

  /** The shape of the same rows with other columns, or the same in another order. */
  pick(indexes: readonly number[]): RowShape {
    return new RowShape(indexes.map((index) => this.keys[index] ?? ''))
  }

  #indexOfName(name: string): number {
    const index = this.keys.indexOf(name)
    if (index < 0)
      throw new NoSuchColumnError(`The result has no column ${quoteName(name)}${suggestion(name, this.keys)}`)
    if (this.#repeats.has(name)) throw ambiguous(name)
    return index
  }

  #checkIndex(index: number): number {
    if (Number.isInteger(index) && index >= 0 && index < this.keys.length) return index
    throw new NoSuchColumnError(`The result has no column number ${index}: it has ${this.keys.length}, counted from 0`)
  }

  /** Names that several columns have. */
  get #repeats(): ReadonlySet<string> {
    this.#repeated ??= new Set(this.keys.filter((key, index) => this.keys.indexOf(key) !== index))
    return this.#repeated
  }

  #makeRowClass(): new () => Fields {
    const prototype = Object.create(Row.prototype)
    Object.defineProperty(prototype, KEYS, { value: this.keys })
    for (const name of this.#repeats)
      Object.defineProperty(prototype, name, {
        get() {
          throw ambiguous(name)
        },
      })
    return newClass(prototype, this.keys.length)
  }

  /** The careful way, for names that assignment would misunderstand. */
  #defineEach(shape: new () => Fields, values: readonly unknown[]): Fields {
    const row = new shape()
    const repeats = this.#repeats
    this.keys.forEach((key, index) => {
      if (repeats.has(key)) return
      Object.defineProperty(row, key, { value: values[index], enumerable: true, writable: true, configurable: true })
    })
    if (repeats.size > 0) Object.defineProperty(row, VALUES, { value: values })
    return row
  }
}

/** What stands under a label that a statement has given by itself or was given. */
function unlabelled(element: Element): Element {
  return element instanceof Label ? element.element : element
}

/** The loop that 10,000 rows of 10 columns spend one millisecond in: stores by name into objects of one hidden class. */
function fill(shape: new () => Fields, keys: readonly string[], values: readonly (readonly unknown[])[]): Fields[] {
  const count = values.length
  const width = keys.length
  const rows: Fields[] = new Array(count)
  for (let r = 0; r < count; r++) {
    const row = new shape()
    const from = values[r] as readonly unknown[]
    for (let c = 0; c < width; c++) row[keys[c] as string] = from[c]
    rows[r] = row
  }
  return rows
}

/** A class of its own for each shape, so that V8 gives its objects a hidden class of their own. */
function newClass(prototype: object, width: number): new () => Fields {
  const made = width <= NARROW ? narrowClass() : wideClass()
  made.prototype = prototype
  return made as unknown as new () => Fields
}

function narrowClass(): { prototype: object } {
  return function Row(): void {}
}

/**
 * V8 reserves room in an object for as many properties as it sees assigned in the constructor, run or not, and turns objects
 * that outgrow their room by computed names into slow dictionaries.
 */
function wideClass(): { prototype: object } {
  // biome-ignore format: a block of names
  return function Row(this: Fields, never: boolean): void {
    if (never) {
      this.a0 = this.a1 = this.a2 = this.a3 = this.a4 = this.a5 = this.a6 = this.a7 = this.a8 = this.a9 = 0
      this.b0 = this.b1 = this.b2 = this.b3 = this.b4 = this.b5 = this.b6 = this.b7 = this.b8 = this.b9 = 0
      this.c0 = this.c1 = this.c2 = this.c3 = this.c4 = this.c5 = this.c6 = this.c7 = this.c8 = this.c9 = 0
      this.d0 = this.d1 = this.d2 = this.d3 = this.d4 = this.d5 = this.d6 = this.d7 = this.d8 = this.d9 = 0
      this.e0 = this.e1 = this.e2 = this.e3 = this.e4 = this.e5 = this.e6 = this.e7 = this.e8 = this.e9 = 0
    }
  }
}

function ambiguous(name: string): AmbiguousColumnError {
  return new AmbiguousColumnError(
    `Several columns of the result are called ${quoteName(name)}: give them labels, or read the row as a tuple`,
  )
}
