// Compares what examples compute with the comments beside them.

import { inspect } from 'node:util'
import { ColumnElement, Executable } from 'tsalchemy'
import { postgresqlDialect } from 'tsalchemy/postgresql'
import { metadata } from './prelude.ts'

let differences: string[] = []
let compared = 0

/** Called by the programs: a value, and the lines of the comment behind it. */
export function is(value: unknown, ...lines: string[]): void {
  const texts = textsOf(value)
  // A comment may go on with what is emitted later: its first lines are about the statement.
  const said = lines.map((_, index) => lines.slice(0, index + 1).join(' '))
  if (said.at(-1) === undefined || !tellsOf(value, said.at(-1) ?? '')) return
  compared += 1
  if (!texts.some((text) => said.some((each) => matches(text, each))))
    differences.push(`says ${lines.join(' ')}, is ${texts.map(onOneLine).join(' or ')}`)
}

/** How many values were compared so far. */
export function comparisons(): number {
  return compared
}

/** Runs a program and returns where its comments are wrong. */
export async function tell(program: () => Promise<unknown>): Promise<string[]> {
  differences = []
  for (const table of [...metadata.tables.values()]) metadata.remove(table)
  await program()
  return differences
}

/** Whether a comment tells the value; others tell what it is good for. */
function tellsOf(value: unknown, comment: string): boolean {
  // `MySQL: SELECT ...` and `in a query about users: ...` speak of something else, as three plain words in a row do.
  if (/^[\w ]+: |^([a-z]+,? ){3}/.test(comment)) return false
  if (typeof value === 'string') return /^'|[A-Z]{2,}/.test(comment)
  if (typeof value !== 'object' || value === null) return /^(-?\d[\w.]*|true|false|null|undefined)$/.test(comment)
  if (Array.isArray(value) || value.toString === Object.prototype.toString) return false
  // A table is told by its name, and the DDL that it leads to is not it.
  if (/^(CREATE|ALTER|DROP) /.test(comment) && !(value instanceof Executable)) return false
  return /[A-Z]{2,}|[:$]\w|[()=]/.test(comment)
}

/** The ways in which a value may be told: in the default dialect and in PostgreSQL's, or as source code. */
function textsOf(value: unknown): string[] {
  if (value instanceof Executable || value instanceof ColumnElement) return [String(value), inPostgresql(value)]
  if (typeof value === 'string') return [value, inspect(value)]
  return [typeof value === 'object' && value !== null ? String(value) : inspect(value)]
}

function inPostgresql(value: Executable | ColumnElement): string {
  try {
    return postgresqlDialect().compile(value).sql
  } catch (error) {
    return String(error)
  }
}

/** `...` stands for anything; an explanation may follow. */
function matches(text: string, said: string): boolean {
  const parts = onOneLine(said)
    .split('...')
    .map((part) => part.trim().replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'))
  return (
    new RegExp(`^${parts.join('.*')}$`).test(onOneLine(text)) ||
    /^(:| on [A-Z]|, )/.test(remainder(onOneLine(said), onOneLine(text)))
  )
}

function remainder(said: string, text: string): string {
  return said.startsWith(text) ? said.slice(text.length) : ''
}

function onOneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim()
}
