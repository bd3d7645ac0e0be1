// Questions to a database's catalogs: sent one after the other, each answer remembered.
import { foldName } from '../dialect/contract/features.ts'
import type { CatalogReader, Introspector, RelationPart, RelationScope } from '../dialect/contract/introspector.ts'
import type { Dialect } from '../dialect/dialect.ts'
import type { ReflectedRelation, RelationName } from '../expression/schema/reflected.ts'
import type { FlightSender } from './flight.ts'

/** Where an inspector asks: an engine or a connection. */
export interface CatalogSource {
  /** @internal @param work its second argument says whether each flight is a transaction of its own. */
  withCatalog<T>(
    work: (connection: FlightSender, commit: boolean) => Promise<T>,
    signal: AbortSignal | undefined,
  ): Promise<T>
}

/** The catalogs of one database. */
export class Catalogs {
  readonly #source: CatalogSource
  readonly #answers: Map<string, Promise<unknown>> = new Map()
  /** A connection answers one question at a time. */
  #last: Promise<unknown> = Promise.resolve()
  #dialect: Dialect | null = null

  constructor(source: CatalogSource) {
    this.#source = source
  }

  forget(): void {
    this.#answers.clear()
  }

  /** An answer; one that failed is asked for again the next time. Aborting it is felt by all who wait for the same answer. */
  ask<T>(
    key: string,
    question: (introspector: Introspector, read: CatalogReader) => Promise<T>,
    signal: AbortSignal | undefined,
  ): Promise<T> {
    const known = this.#answers.get(key) as Promise<T> | undefined
    if (known !== undefined) return known
    const answer = this.#last.then(() => this.#read(question, signal))
    this.#answers.set(key, answer)
    this.#last = answer.catch(() => {
      if (this.#answers.get(key) === answer) this.#answers.delete(key)
    })
    return answer
  }

  relations(scope: RelationScope, signal: AbortSignal | undefined): Promise<RelationName[]> {
    const key = JSON.stringify(['relations', scope])
    return this.ask(key, (introspector, read) => introspector.relations(read, scope), signal)
  }

  describe(
    scope: RelationScope,
    parts: readonly RelationPart[],
    signal: AbortSignal | undefined,
  ): Promise<ReflectedRelation[]> {
    const key = JSON.stringify(['describe', scope, parts])
    return this.ask(key, (introspector, read) => introspector.describe(read, scope, parts), signal)
  }

  /** A name as the dialect of the answers quotes it; as it is where nothing was asked yet. */
  quote(name: string): string {
    return this.#dialect?.quote(name) ?? name
  }

  /** A name as the database compares it; as it is where nothing was asked yet. */
  fold(name: string): string {
    return this.#dialect?.features.caseInsensitiveNames === true ? foldName(name) : name
  }

  #read<T>(
    question: (introspector: Introspector, read: CatalogReader) => Promise<T>,
    signal: AbortSignal | undefined,
  ): Promise<T> {
    return this.#source.withCatalog(async (connection, commit) => {
      this.#dialect = connection.dialect
      const introspector = await connection.dialect.introspector()
      return question(introspector, async (statements) => {
        const items = statements.map((statement) => ({ statement }))
        const options = signal === undefined ? { commit } : { commit, signal }
        return (await connection.flight(items, options)).map(({ rows }) => rows)
      })
    }, signal)
  }
}
