// What spans and metrics say of an execution, in the words of OpenTelemetry's conventions for databases.
import type { Attributes } from '@opentelemetry/api'
import { DriverError } from '../dialect/contract/driver.ts'
import { withoutQuoted } from '../dialect/error-message.ts'
import type { EngineIdentity, ExecutionMessage, SentStatement } from '../engine/channels.ts'
import { DBAPIError } from '../errors.ts'
import { type SqlSummary, summaryOf, withoutLiterals } from './sql-summary.ts'

/** Attributes of the database. */
export function databaseAttributes({ system, host, port, database }: EngineIdentity): Attributes {
  return {
    'db.system.name': system,
    ...(database === null ? {} : { 'db.namespace': database }),
    ...(host === null ? {} : { 'server.address': host }),
    ...(host === null || port === null ? {} : { 'server.port': port }),
  }
}

/** What is known of an operation before it is compiled, for samplers. */
export function expectedOperation({ statement }: ExecutionMessage): SqlSummary | null {
  if (statement === null) return null
  if (typeof statement === 'string') return summaryOf(statement)
  const { sort } = statement
  if (sort === 'text' || sort === 'ddl') return null
  const operation = sort.toUpperCase()
  return { operation, collection: null, summary: operation }
}

/** What was sent, as one operation. */
export function operationOf(sent: readonly SentStatement[]): SqlSummary | null {
  const [first] = sent
  if (first === undefined) return null
  const size = batchSizeOf(sent)
  const summary = summaryOf(first.sql)
  if (size < 2) return summary
  const others = sent.map(({ sql }) => summaryOf(sql))
  if (others.some(({ operation }) => operation !== summary.operation))
    return { operation: 'BATCH', collection: null, summary: 'BATCH' }
  const collection = others.every((each) => each.collection === summary.collection) ? summary.collection : null
  return {
    operation: `BATCH ${summary.operation}`,
    collection,
    summary: `BATCH ${others.every((each) => each.summary === summary.summary) ? summary.summary : summary.operation}`,
  }
}

function batchSizeOf(sent: readonly SentStatement[]): number {
  return sent.reduce((sum, { parameterSets }) => sum + parameterSets.length, 0)
}

/** Attributes of an operation that are few enough for metrics. */
export function operationAttributes({ operation, collection, summary }: SqlSummary): Attributes {
  return {
    'db.operation.name': operation,
    'db.query.summary': summary,
    ...(collection === null ? {} : { 'db.collection.name': collection }),
  }
}

/** Attributes of spans only: the text, and how often it was run. @param isRaw whether the text was written by hand, and may hold values. */
export function textAttributes(sent: readonly SentStatement[], isRaw: boolean): Attributes {
  const texts = sent.map((each) => (isRaw || takesNoValues(each) ? withoutLiterals(each.sql) : each.sql))
  const text = texts.every((each) => each === texts[0]) ? (texts[0] ?? '') : texts.join('; ')
  const size = batchSizeOf(sent)
  return { 'db.query.text': text, ...(size < 2 ? {} : { 'db.operation.batch.size': size }) }
}

/** What has no parameters has its values in its text, if it has any: a password in DDL, for one. */
function takesNoValues({ parameterSets }: SentStatement): boolean {
  return parameterSets.every((values) => values.length === 0)
}

/** `db.query.parameter.0`, ... of a statement that is run once. */
export function parameterAttributes(sent: readonly SentStatement[]): Attributes {
  const [only] = sent
  if (sent.length !== 1 || only === undefined || only.parameterSets.length !== 1) return {}
  const values = only.parameterSets[0] ?? []
  return Object.fromEntries(values.map((value, index) => [`db.query.parameter.${index}`, shown(value)]))
}

function shown(value: unknown): string {
  return typeof value === 'object' && value !== null && !(value instanceof Date)
    ? JSON.stringify(value, (_, part: unknown) => (typeof part === 'bigint' ? String(part) : part))
    : String(value instanceof Date ? value.toISOString() : value)
}

/** Attributes of a failure. */
export function errorAttributes(error: unknown): Attributes {
  const state = error instanceof DBAPIError ? error.sqlState : null
  const type = state ?? (error instanceof Error ? error.name : typeof error)
  return { 'error.type': type, ...(state === null ? {} : { 'db.response.status_code': state }) }
}

/** The first line of an error's message, without what the server quotes of values: what comes behind may show them. */
export function shortMessage(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error)
  const { cause } = error instanceof DBAPIError ? error : { cause: null }
  const told = cause instanceof DriverError && message.startsWith(cause.message) ? withoutQuoted(cause) : message
  return told.split('\n', 1)[0] ?? ''
}
