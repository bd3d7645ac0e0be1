// sqlcommenter: tags in a comment behind the SQL, for logs and statistics of the database.
import type { Command, DriverStatement } from '../dialect/contract/driver.ts'
import { ArgumentError } from '../errors.ts'
import { isUnawaited } from '../show.ts'
import { derivedStatement } from './derived.ts'

/** Tags by name; what is undefined or null is left out. */
export type SqlTags = Readonly<Record<string, string | number | boolean | null | undefined>>

/** Tags of all statements, or a function that is asked for them before each is sent. */
export type SqlTagSource = SqlTags | (() => SqlTags | null | undefined)

/** Tags that are different each time: a statement with one of these is not kept prepared. */
const NEVER_AGAIN: ReadonlySet<string> = new Set(['traceparent', 'tracestate'])

/** A comment exists already: the specification forbids to touch such a statement. */
const HAS_COMMENT = /\/\*|--/

/** Puts tags behind statements. */
export class SqlCommenter {
  readonly #sources: SqlTagSource[] = []
  /** The comment of all, where no source is a function. */
  #constant: string | null = null

  get active(): boolean {
    return this.#sources.length > 0
  }

  /** @throws ArgumentError tags that are no object of plain values. */
  add(source: SqlTagSource): () => void {
    if (typeof source !== 'function') commentOf(source)
    const own: SqlTagSource = typeof source === 'function' ? () => source() : { ...source }
    this.#sources.push(own)
    this.#settle()
    return () => {
      const index = this.#sources.indexOf(own)
      if (index >= 0) this.#sources.splice(index, 1)
      this.#settle()
    }
  }

  /** The commands with their comment. */
  tag(commands: readonly Command[]): readonly Command[] {
    const tags = this.#constant === null ? this.#collect() : null
    const comment = this.#constant ?? commentOf(tags ?? {})
    if (comment === '') return commands
    const once = tags !== null && Object.keys(tags).some((key) => NEVER_AGAIN.has(key))
    return commands.map((command) => ({ ...command, statement: commented(command.statement, comment, once) }))
  }

  #settle(): void {
    this.#constant = this.#sources.some((source) => typeof source === 'function') ? null : commentOf(this.#collect())
  }

  #collect(): SqlTags {
    const tags: Record<string, SqlTags[string]> = Object.create(null)
    for (const source of this.#sources) Object.assign(tags, typeof source === 'function' ? given(source()) : source)
    return tags
  }
}

/** @throws ArgumentError what a function gave is no object of tags: spread out it would be none, or a tag a letter. */
function given(tags: SqlTags | null | undefined): SqlTags | null | undefined {
  if (tags === null || tags === undefined || (typeof tags === 'object' && !isUnawaited(tags))) return tags
  const what = isUnawaited(tags) ? 'a promise, for which no statement waits' : `a ${typeof tags}`
  throw new ArgumentError(`The function of sqlComments gives an object of tags, or nothing: it gave ${what}`)
}

/** The statement with a comment. @param once whether the comment never comes again. */
function commented(statement: DriverStatement, comment: string, once: boolean): DriverStatement {
  const { sql, parameters, columns } = statement
  if (sql === '' || HAS_COMMENT.test(sql)) return statement
  const text = `${sql} ${comment}`
  // Preparing under a name what never comes again would push out of the cache what does.
  if (once) return { sql: text, parameters, columns, prepare: false }
  return derivedStatement(statement, text, parameters.length)
}

/**
 * Tags as a comment, as the specification of sqlcommenter says: sorted by name, names and values URL-encoded, quotes escaped.
 *
 * @throws ArgumentError a value that is no text, number or boolean.
 */
export function commentOf(tags: SqlTags): string {
  if (typeof tags !== 'object' || tags === null)
    throw new ArgumentError(
      "comment() takes tags as an object, or a function that gives one: engine.comment({ application: 'shop' })",
    )
  const pairs = Object.entries(tags)
    .filter(([name, value]) => value !== undefined && value !== null && value !== '' && name !== '')
    .map(([name, value]) => {
      if (!['string', 'number', 'boolean'].includes(typeof value))
        throw new ArgumentError(`The tag ${name} of SQL comments must be a text, a number or a boolean`)
      return `${encode(name)}='${encode(String(value))}'`
    })
  return pairs.length === 0 ? '' : `/*${pairs.sort().join(',')}*/`
}

/** What is left of a text behind this cannot end the comment or its quotes. */
function encode(text: string): string {
  // A lone surrogate has no URL encoding.
  const wellFormed = text.replace(/[\uD800-\uDFFF]/gu, '\uFFFD')
  return encodeURIComponent(wellFormed).replaceAll("'", "\\'")
}
