// What is known of the rows that an INSERT has made: keys and defaults, from what was given and what came back.
import type { CompiledParameter, ResultColumn } from '../dialect/contract/compiled.ts'
import type { Command } from '../dialect/contract/driver.ts'
import type { NamedElement } from '../expression/element/column-element.ts'
import { ProxyColumn } from '../expression/from/proxy-column.ts'
import type { TableClause } from '../expression/from/table-clause.ts'
import type { CompiledEntry } from './compiled-cache.ts'
import type { InsertedRows } from './result/result-source.ts'

/** Where the value of a column is: in the rows that came back, or among the parameters. */
interface Place {
  readonly returned: number
  readonly parameter: number
}

/** What is known of the rows that an INSERT has made. */
export class Inserted implements InsertedRows {
  readonly #entry: CompiledEntry
  readonly #table: TableClause
  readonly #given: () => readonly Command[]
  #commands: readonly Command[] | null = null
  readonly #rows: readonly (readonly unknown[])[] | null
  #keyPlaces: readonly Place[] | null = null

  /**
   * @param given what each row was given, as a command for each; asked for when somebody wants to know.
   * @param rows what came back, one for each row made; null where nothing does. Kept as they are now.
   */
  constructor(
    entry: CompiledEntry,
    table: TableClause,
    given: () => readonly Command[],
    rows: readonly (readonly unknown[])[] | null,
  ) {
    this.#entry = entry
    this.#table = table
    this.#given = given
    this.#rows = rows
  }

  get isInsert(): boolean {
    return this.#entry.compiled.sort === 'insert'
  }

  get count(): number {
    return this.#rows?.length ?? this.#all().length
  }

  primaryKey(row: number): unknown[] | null {
    this.#keyPlaces ??= primaryKeyOf(this.#table).map((column) => this.#placeOf(column))
    const places = this.#keyPlaces
    if (places.length === 0 || row >= this.count || !this.isInsert) return null
    const returned = this.#rows?.[row]
    const all = this.#all()
    const given = all.length === this.count ? all[row]?.parameters : undefined
    const key: unknown[] = []
    for (const place of places) {
      if (place.returned >= 0 && returned !== undefined) key.push(returned[place.returned])
      else if (place.parameter >= 0 && given !== undefined) key.push(this.#asGiven(given, place.parameter))
      else return null
    }
    // SQLite numbers a row whose key is given as NULL, and nobody knows how.
    return key.includes(null) ? null : key
  }

  returnedDefaults(row: number): Record<string, unknown> | null {
    const values = this.#rows?.[row]
    const { columns, parameters, implicitReturning } = this.#entry.compiled
    if (values === undefined || columns === null) return null
    // What came back without being asked for as rows is only what the database has made.
    const written = new Set(implicitReturning === true ? [] : parameters.map(({ key }) => key))
    const defaults = columns.flatMap((column, index) => {
      const own = columnOf(column, this.#table, implicitReturning === true)
      return own === null || written.has(own.key) ? [] : [[own.key, values[index]] as const]
    })
    return defaults.length === 0 ? null : Object.fromEntries(defaults)
  }

  #all(): readonly Command[] {
    this.#commands ??= this.#given()
    return this.#commands
  }

  #placeOf(column: NamedElement): Place {
    const { columns, parameters } = this.#entry.compiled
    return {
      returned: columns?.findIndex((each) => each.source === column) ?? -1,
      parameter: parameters.findIndex((each) => each.key === column.key),
    }
  }

  /** A value as it would be read back: what its type made of it on the way to the database, it makes undone. */
  #asGiven(values: readonly unknown[], index: number): unknown {
    const { host, parameters } = this.#entry.compiled
    const { process, type } = parameters[index] as CompiledParameter
    const value = values[index]
    return process === null ? value : (type.resultProcessor(host)?.(value) ?? value)
  }
}

function primaryKeyOf(table: TableClause): NamedElement[] {
  return table.columnList.filter((column) => (column as { readonly primaryKey?: unknown }).primaryKey === true)
}

/** @param ofAlias whether columns of an alias are those of the table that is written to by that name */
function columnOf({ source }: ResultColumn, table: TableClause, ofAlias: boolean): NamedElement | null {
  let own: unknown = source
  while (ofAlias && own instanceof ProxyColumn) own = own.original
  return table.columnList.find((column) => column === own) ?? null
}
