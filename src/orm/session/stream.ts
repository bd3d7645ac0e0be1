// `SessionPages`: the objects of a query page by page, which the session forgets as soon as nobody holds them.
import type { Connection } from '../../engine/connection.ts'
import type { RowShape } from '../../engine/result/row-shape.ts'
import type { Pages } from '../../engine/result/stream-result.ts'
import type { Selecting } from '../../engine/result/view.ts'
import type { LinkStream } from '../../engine/stream-source.ts'
import { InvalidRequestError, ResourceClosedError } from '../../errors.ts'
import { Executable } from '../../expression/base/executable.ts'
import type { StatementExecutionOptions } from '../../expression/base/execution-options.ts'
import { Write } from '../../expression/dml/write.ts'
import type { LoadContext } from '../load/context.ts'
import { runScheduled } from '../load/select-in.ts'
import type { EntityPlan, JoinedPlan, QueryPlan } from '../query/plan.ts'
import type { SessionCore } from './core.ts'
import { type SessionStatement, sendBehindFlush } from './execute.ts'
import { coreOptions } from './options.ts'
import { readRows, selectingFor, shapeOf } from './rows.ts'

const CALL = 'session.stream()'

/** See the first line of the file. */
export class SessionPages implements Pages {
  readonly #core: SessionCore
  readonly #request: SessionStatement
  /** The options of the statement. */
  readonly #own: StatementExecutionOptions
  #connection: Connection | null = null
  #rows: LinkStream | null = null
  /** What the page that was delivered last has in common. */
  #context: LoadContext | null = null
  #over = false

  /** @throws InvalidRequestError the statement writes. */
  constructor(core: SessionCore, request: SessionStatement) {
    const { statement } = request
    this.#core = core
    this.#request = request
    this.#own = statement instanceof Executable ? statement.executionOptionsOf : {}
    if (statement instanceof Write)
      throw new InvalidRequestError(`${CALL} reads: run INSERT, UPDATE, DELETE and MERGE by session.execute()`)
  }

  get shape(): RowShape | null {
    const plan = this.#plan
    if (plan === null) return this.#rows?.shape ?? null
    return this.#rows?.entry == null ? null : shapeOf(plan, this.#rows.entry.compiled)
  }

  get selecting(): Selecting | null {
    const plan = this.#plan
    return plan === null ? (this.#rows?.selecting ?? null) : selectingFor(plan, this.#request.statement)
  }

  next(): Promise<unknown[][] | null> {
    return this.#core.exclusive.run(CALL, async () => {
      this.#letGo()
      if (this.#over) return null
      try {
        return await this.#page(this.#rows ?? (await this.#open()))
      } catch (error) {
        await this.close()
        throw error
      }
    })
  }

  async close(): Promise<void> {
    this.#over = true
    this.#letGo()
    await this.#rows?.close()
  }

  get #plan(): QueryPlan | null {
    return (this.#rows?.entry?.plan ?? null) as QueryPlan | null
  }

  async #open(): Promise<LinkStream> {
    const core = this.#core
    const { statement, parameters, options } = this.#request
    core.levels.checkSound(CALL)
    const autoflush = core.session.autoflush && (options.autoflush ?? this.#own.autoflush ?? true)
    await sendBehindFlush(core, [], autoflush, options.signal)
    this.#connection = await core.connection(options.signal)
    this.#rows = this.#connection.pagesOf({
      statement,
      parameters,
      options: coreOptions(options),
      check: ({ plan }) => checkPages(plan as QueryPlan | null),
    })
    return this.#rows
  }

  async #page(source: LinkStream): Promise<unknown[][] | null> {
    const core = this.#core
    const { options } = this.#request
    core.levels.checkSound(CALL)
    if (core.levels.held !== this.#connection)
      throw new ResourceClosedError(
        'The rows of this stream that were not read yet are gone: the transaction of its session has been committed or rolled back',
      )
    const rows = await source.next()
    const plan = this.#plan
    if (rows === null || plan === null || this.#over) return this.#over ? null : rows
    this.#context = core.loadContext(options.populateExisting ?? this.#own.populateExisting ?? false, true)
    const results = readRows(plan, rows, this.#context)
    await runScheduled(this.#context, core.loadFlight(options.signal))
    return results
  }

  /** The objects of the page before are held by those who want them, and by nobody else. */
  #letGo(): void {
    this.#context?.part()
    this.#context = null
    try {
      this.#core.holdings.loosen()
    } catch {
      // What cannot be in a collection is told by the flush, which looks again.
    }
  }
}

/** @throws InvalidRequestError rows of one object may stand on several pages. */
function checkPages(plan: QueryPlan | null): void {
  for (const item of plan?.items ?? []) {
    const joined = item.sort === 'entity' ? joinedCollection(item.entity) : null
    if (joined === null) continue
    const { mapper, key } = joined.relationship
    throw new InvalidRequestError(
      `${CALL} gives objects page by page, and the rows of the collection ${mapper.className}.${key}, which is joined, may stand on several pages: load it by selectinload() instead of joinedload()`,
    )
  }
}

function joinedCollection({ joined }: EntityPlan): JoinedPlan | null {
  for (const each of joined) {
    const found = each.relationship.isCollection ? each : joinedCollection(each.entity)
    if (found !== null) return found
  }
  return null
}
