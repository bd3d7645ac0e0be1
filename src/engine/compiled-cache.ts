// `CompiledCache`: what was learnt of statements of one shape, found by the integer key that their walk gives.
import type { Compiled, CompileOptions, ResultColumn } from '../dialect/contract/compiled.ts'
import type { Dialect } from '../dialect/dialect.ts'
import { Interner, KeyPass } from '../expression/base/cache-key.ts'
import type { Element } from '../expression/base/element.ts'
import type { Executable } from '../expression/base/executable.ts'
import type { BindLike } from '../expression/base/pass.ts'
import type { Trail } from '../expression/base/recipe.ts'
import { RecipeLink } from '../expression/base/recipe-link.ts'
import { Write } from '../expression/dml/write.ts'
import type { TableClause } from '../expression/from/table-clause.ts'
import { type SchemaTranslateMap, schemaMapKey } from '../expression/schema/schema-map.ts'
import type { ValueProcessor } from '../expression/types/type.ts'
import { RowShape } from './result/row-shape.ts'

/** How well the cache works. */
export interface CacheStatistics {
  /** Statements found compiled. */
  readonly hits: number
  readonly misses: number
  /** Statements that no key can describe, compiled each time; of a cache that keeps nothing, only what is known without asking. */
  readonly uncacheable: number
  /** Compiled statements kept. */
  readonly size: number
}

/** A result column whose values are changed on their way. */
export interface ColumnProcess {
  readonly index: number
  readonly process: ValueProcessor
}

/** How a statement was compiled. */
interface Compiling {
  /** What was compiled: what the plugin made of the statement, where it has one. */
  readonly statement: Element
  readonly compiled: Compiled
  readonly plan: unknown
  readonly compileMs: number
  readonly compiledAt: number
  readonly columnKeys: readonly string[] | null
  readonly forMany: boolean
}

/** What is known of all statements of one shape. */
export class CompiledEntry {
  readonly compiled: Compiled
  /** What a plugin (the ORM) made of the statement, for itself. */
  readonly plan: unknown
  readonly columnKeys: readonly string[] | null
  /** Whether it was compiled to be run with several sets of parameters. */
  readonly forMany: boolean
  /** Null where no value is changed on its way. */
  readonly processes: readonly ColumnProcess[] | null
  /** Null where only the server knows the columns. */
  readonly shape: RowShape | null
  /** How long compiling took, and when it was done, in milliseconds; for the log. */
  readonly compileMs: number
  readonly compiledAt: number
  readonly key: Int32Array
  /** The table that is written to; null for anything but a write. */
  readonly target: TableClause | null
  lastUse = 0
  uses = 0
  /** The next of the same hash. */
  next: CompiledEntry | null = null
  /** Names that execution may give; made on demand. */
  #names: ReadonlySet<string> | null = null

  constructor(key: Int32Array, compiling: Compiling) {
    const { compiled, plan, statement, compileMs, compiledAt, columnKeys, forMany } = compiling
    this.target = statement instanceof Write ? statement.state.table : null
    this.key = key
    this.columnKeys = columnKeys
    this.forMany = forMany
    this.compiled = compiled
    this.plan = plan
    this.compileMs = compileMs
    this.compiledAt = compiledAt
    const columns = compiled.columns
    this.shape = columns === null ? null : new RowShape(columns.map((column) => column.key))
    this.processes = columns === null ? null : processesOf(columns)
  }

  /** Names that execution may give values for. */
  get names(): ReadonlySet<string> {
    this.#names ??= new Set(this.compiled.parameters.map((parameter) => parameter.key))
    return this.#names
  }

  /** Names that might have been meant: parameters, and columns of the table that is written to. */
  get possibleNames(): Iterable<string> {
    return new Set([...(this.target?.columnList.map((column) => column.key) ?? []), ...this.names])
  }

  /** Whether the name is a column of the table that is written to. */
  writes(name: string): boolean {
    return this.target?.columnList.some((column) => column.key === name) ?? false
  }
}

/** A statement found in the cache: what is known of its shape, and its own binds. */
export class Resolved {
  readonly entry: CompiledEntry
  /** The statement's binds in the order of its walk. */
  readonly binds: readonly BindLike[]
  /** @internal Whose memory this is, where a statement remembers it. */
  readonly cache: CompiledCache

  constructor(entry: CompiledEntry, binds: readonly BindLike[], cache: CompiledCache) {
    this.entry = entry
    this.binds = binds
    this.cache = cache
  }

  get compiled(): Compiled {
    return this.entry.compiled
  }

  /** What the statement's plugin planned; null without a plugin. */
  get plan(): unknown {
    return this.entry.plan
  }
}

/** Compiled statements of one dialect. */
export class CompiledCache {
  readonly #dialect: Dialect
  readonly #limit: number
  /** Other schemas in place of those that tables name; all that is kept was compiled with them. */
  readonly schemas: SchemaTranslateMap | null
  readonly #translated: Map<string, CompiledCache> = new Map()
  readonly #interner = new Interner()
  readonly #pass: KeyPass = new KeyPass(this.#interner)
  readonly #byHash: Map<number, CompiledEntry> = new Map()
  /** What a walk has told of a recipe, by its number: the statement need not be walked again. */
  readonly #byRecipe: Map<number, RecipeLink<CompiledEntry>> = new Map()
  #epoch = 0
  #clock = 0
  #size = 0
  #hits = 0
  #misses = 0
  #uncacheable = 0

  /** @param limit how many compiled statements are kept; 0 keeps none. */
  constructor(dialect: Dialect, limit: number, schemas: SchemaTranslateMap | null = null) {
    this.#dialect = dialect
    this.schemas = schemas
    this.#limit = limit
  }

  /** The cache of what is compiled with other schemas: the same for equal maps. */
  translated(schemas: SchemaTranslateMap): CompiledCache {
    const key = schemaMapKey(schemas)
    let cache = this.#translated.get(key)
    if (cache === undefined) {
      cache = new CompiledCache(this.#dialect, this.#limit, { ...schemas })
      // Tenants come and go: the one not asked for longest makes room.
      const [oldest] = this.#translated.keys()
      if (this.#translated.size >= MOST_MAPS && oldest !== undefined) this.#translated.delete(oldest)
    } else this.#translated.delete(key)
    this.#translated.set(key, cache)
    return cache
  }

  /** One that keeps nothing, with the same schemas. */
  unkept(): CompiledCache {
    return new CompiledCache(this.#dialect, 0, this.schemas)
  }

  statistics(): CacheStatistics {
    return { hits: this.#hits, misses: this.#misses, uncacheable: this.#uncacheable, size: this.#size }
  }

  /** Forgets all compiled statements. */
  clear(): void {
    this.#byHash.clear()
    this.#byRecipe.clear()
    this.#translated.clear()
    this.#size = 0
    this.#epoch = this.#interner.epoch
  }

  /**
   * The compiled form of a statement.
   *
   * @param columnKeys for INSERT and UPDATE: keys of the columns that execution will give, sorted.
   * @param forMany for INSERT: execution will give several sets of parameters.
   * @throws CompileError the statement has no spelling.
   */
  resolve(statement: Executable, columnKeys: readonly string[] | null, forMany = false): Resolved {
    const remembered = statement.remembered
    if (
      remembered instanceof Resolved &&
      remembered.cache === this &&
      remembered.entry.forMany === forMany &&
      sameKeys(remembered.entry.columnKeys, columnKeys)
    ) {
      this.#touch(remembered.entry)
      return remembered
    }
    if (this.#limit === 0 && statement.sort === 'select') return this.#anew(statement)
    const trail = columnKeys === null && !forMany ? statement.trail : null
    const link = trail === null ? undefined : this.#byRecipe.get(trail.recipe.id)
    const linked = trail === null || link === undefined ? null : link.bindsOf(trail)
    if (link !== undefined && linked !== null) {
      this.#touch(link.to)
      return this.#remember(statement, link.to, linked)
    }
    const pass = this.#walk(statement)
    const { hash, binds } = pass
    const known = pass.cacheable ? this.#find(hash, columnKeys, forMany) : null
    if (known !== null) {
      this.#touch(known)
      if (trail !== null) this.#link(trail, known, binds)
      return this.#remember(statement, known, binds)
    }
    const key = pass.cacheable ? pass.ints.slice(0, pass.length) : null
    const entry = this.#compile(statement, key, { columnKeys, forMany, binds })
    if (key === null || entry.compiled.uncacheable !== null) this.#uncacheable += 1
    else {
      this.#misses += 1
      this.#keep(hash, entry)
      if (trail !== null) this.#link(trail, entry, binds)
    }
    // What compiling made uncacheable holds values in its text; DDL speaks of tables, which may have changed by next time.
    return entry.compiled.uncacheable === null && statement.sort !== 'ddl' && this.#limit > 0
      ? this.#remember(statement, entry, binds)
      : new Resolved(entry, binds, this)
  }

  /** Where nothing is kept, nobody asks for the key of a SELECT, nor for the order of its walk. */
  #anew(statement: Executable): Resolved {
    const entry = this.#compile(statement, UNASKED, ANEW)
    const { parameters, uncacheable } = entry.compiled
    if (uncacheable === null) this.#misses += 1
    else this.#uncacheable += 1
    const binds: BindLike[] = []
    for (const { bind } of parameters) if (bind !== null) binds.push(bind)
    return new Resolved(entry, binds, this)
  }

  #walk(statement: Executable): KeyPass {
    const pass = this.#pass
    pass.start(statement)
    if (this.#interner.epoch !== this.#epoch) {
      // The table of strings was emptied in the middle of the walk: nothing made before can be compared with anything.
      this.clear()
      pass.start(statement)
    }
    return pass
  }

  #find(hash: number, columnKeys: readonly string[] | null, forMany: boolean): CompiledEntry | null {
    let entry = this.#byHash.get(hash) ?? null
    while (
      entry !== null &&
      !(this.#pass.matches(entry.key) && entry.forMany === forMany && sameKeys(entry.columnKeys, columnKeys))
    )
      entry = entry.next
    return entry
  }

  /** Remembers where a recipe leads; not where the entry is kept by nobody else. */
  #link(trail: Trail, entry: CompiledEntry, binds: readonly BindLike[]): void {
    const link = RecipeLink.of(trail, entry, binds)
    if (link === null || this.#limit === 0) return
    // Several recipes can lead to one entry, but there are no more than a program has places that build statements.
    if (this.#byRecipe.size >= this.#limit * 4) this.#byRecipe.clear()
    this.#byRecipe.set(trail.recipe.id, link)
  }

  #touch(entry: CompiledEntry): void {
    this.#clock += 1
    this.#hits += 1
    entry.lastUse = this.#clock
  }

  #remember(statement: Executable, entry: CompiledEntry, binds: readonly BindLike[]): Resolved {
    const resolved = new Resolved(entry, binds, this)
    statement.remembered = resolved
    return resolved
  }

  #compile(
    statement: Executable,
    key: Int32Array | null,
    { columnKeys, forMany, binds }: Required<Pick<CompileOptions, 'columnKeys' | 'forMany' | 'binds'>>,
  ): CompiledEntry {
    const started = performance.now()
    const prepared = statement.plugin?.prepare(statement) ?? { statement: statement as Element, plan: null }
    const compiled = this.#dialect.compile(prepared.statement, { columnKeys, forMany, binds, schemas: this.schemas })
    for (const warning of compiled.warnings) process.emitWarning(warning, 'SQLAlchemyWarning')
    const compiledAt = performance.now()
    return new CompiledEntry(key ?? NO_KEY, {
      statement: prepared.statement,
      plan: prepared.plan,
      compiled,
      columnKeys,
      forMany,
      compileMs: compiledAt - started,
      compiledAt,
    })
  }

  #keep(hash: number, entry: CompiledEntry): void {
    this.#clock += 1
    entry.lastUse = this.#clock
    entry.next = this.#byHash.get(hash) ?? null
    this.#byHash.set(hash, entry)
    this.#size += 1
    // Sorting is paid once for many additions: the cache grows half as large again before it is cut back.
    if (this.#size > this.#limit * 1.5) this.#prune()
  }

  /** Drops those not used for the longest time. */
  #prune(): void {
    const entries: { hash: number; entry: CompiledEntry }[] = []
    for (const [hash, first] of this.#byHash)
      for (let entry: CompiledEntry | null = first; entry !== null; entry = entry.next) entries.push({ hash, entry })
    entries.sort((one, other) => other.entry.lastUse - one.entry.lastUse)
    this.#byHash.clear()
    this.#byRecipe.clear()
    const kept = entries.slice(0, this.#limit)
    for (const { hash, entry } of kept) {
      entry.next = this.#byHash.get(hash) ?? null
      this.#byHash.set(hash, entry)
    }
    this.#size = kept.length
  }
}

/** How many maps of schemas have caches of their own. */
const MOST_MAPS = 100

const NO_KEY = new Int32Array(0)
/** In place of a key that nobody asks for. */
const UNASKED = new Int32Array(1)
/** Parameters hold their binds themselves. */
const ANEW = { columnKeys: null, forMany: false, binds: [] } as const

function sameKeys(one: readonly string[] | null, other: readonly string[] | null): boolean {
  if (one === other) return true
  if (one === null || other === null || one.length !== other.length) return false
  for (let i = 0; i < one.length; i++) if (one[i] !== other[i]) return false
  return true
}

function processesOf(columns: readonly ResultColumn[]): readonly ColumnProcess[] | null {
  let processes: ColumnProcess[] | null = null
  for (let index = 0; index < columns.length; index += 1) {
    const { process } = columns[index] as ResultColumn
    if (process === null) continue
    processes ??= []
    processes.push({ index, process })
  }
  return processes
}
