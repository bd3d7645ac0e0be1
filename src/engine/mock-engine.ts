// `createMockEngine()`: an engine without a database, which hands on the SQL that would be sent.
import type { Dialect } from '../dialect/dialect.ts'
import { factoryAtHand, findDialect, loadFactory } from '../dialect/registry.ts'
import { makeURL, type URL } from '../dialect/url.ts'
import { ArgumentError, InvalidRequestError } from '../errors.ts'
import type { Executable } from '../expression/base/executable.ts'
import type { RunDdlOptions, SchemaBind } from '../expression/schema/bind.ts'
import type { DdlPlan } from '../expression/schema/ddl/plan.ts'
import type { SchemaTranslateMap } from '../expression/schema/schema-map.ts'
import { runDdl } from './ddl.ts'
import type { FlightItem, FlightResult, FlightSender } from './flight.ts'

/** Takes the SQL that would be sent, and the statement that it was made of; null where SQL was given as a string. */
export type MockExecutor = (sql: string, statement: Executable | null) => unknown

/**
 * What `metadata.createAll()`, `dropAll()` and their listeners take in place of an engine. Nothing is asked: all tables are taken for missing
 * when they are created, and for there when they are dropped.
 */
export class MockEngine implements SchemaBind, FlightSender {
  readonly url: URL
  /** @internal */
  readonly schemas: SchemaTranslateMap | null = null
  readonly #executor: MockExecutor
  readonly #load: () => Promise<Dialect>
  #dialect: Dialect | null

  /** @internal */
  constructor(url: URL, dialect: Dialect | null, load: () => Promise<Dialect>, executor: MockExecutor) {
    this.url = url
    this.#dialect = dialect
    this.#load = load
    this.#executor = executor
  }

  /** @throws InvalidRequestError its code is not loaded yet: `await engine.ready()` loads it. */
  get dialect(): Dialect {
    if (this.#dialect === null)
      throw new InvalidRequestError(
        `The dialect of ${this.url} is not loaded yet: await engine.ready() before asking for it`,
      )
    return this.#dialect
  }

  /** Loads the dialect's code where that is still to be done. */
  async ready(): Promise<void> {
    this.#dialect ??= await this.#load()
  }

  /** Hands on the SQL of a statement, with its parameters left in it as placeholders. */
  async execute(statement: Executable | string): Promise<void> {
    await this.ready()
    if (typeof statement === 'string') await this.#executor(statement, null)
    else await this.#executor(this.dialect.compile(statement).sql, statement)
  }

  /** @internal */
  async flight(items: readonly FlightItem[]): Promise<FlightResult[]> {
    for (const { statement } of items) await this.execute(statement)
    return []
  }

  /** Hands on the commands of a plan; called by `metadata.createAll()`. */
  async runDdl(plan: DdlPlan, options: RunDdlOptions): Promise<void> {
    await this.ready()
    await runDdl(this, plan, { ...options, checkFirst: false }, false)
  }
}

/**
 * An engine that connects to nothing and hands on the SQL that it would send: to print DDL, or to write it to a file.
 *
 * @param url only the dialect counts: `postgresql://`.
 * @param executor takes each statement; a promise that it returns is waited for.
 * @throws ArgumentError an unknown scheme, or no function.
 * @example
 * const printer = createMockEngine('postgresql://', (sql) => console.log(sql))
 * await metadata.createAll(printer)
 */
export function createMockEngine(url: string | URL, executor: MockExecutor): MockEngine {
  if (typeof executor !== 'function')
    throw new ArgumentError(
      "createMockEngine() takes a function for the SQL: createMockEngine('postgresql://', (sql) => ...)",
    )
  const parsed = makeURL(url)
  const { registration } = findDialect(parsed)
  const factory = factoryAtHand(registration)
  const load = async (): Promise<Dialect> => (await loadFactory(registration))({})
  return new MockEngine(parsed, factory?.({}) ?? null, load, executor)
}
