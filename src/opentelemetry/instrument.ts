// `instrument()`: spans and metrics of an engine, in the words of OpenTelemetry's conventions for databases.
import {
  type Attributes,
  context,
  type MeterProvider,
  metrics,
  propagation,
  type Span,
  SpanKind,
  SpanStatusCode,
  type TracerProvider,
  trace as traceApi,
} from '@opentelemetry/api'
import type { Engine } from '../engine/engine.ts'
import type { ExecutionTrace } from '../engine/trace.ts'
import { checkKeys } from '../nearest.ts'
import {
  databaseAttributes,
  errorAttributes,
  expectedOperation,
  operationAttributes,
  operationOf,
  parameterAttributes,
  shortMessage,
  textAttributes,
} from './attributes.ts'
import { observePool } from './pool-metrics.ts'
import type { SqlSummary } from './sql-summary.ts'

/** Options of {@link instrument}. */
export interface InstrumentOptions {
  /** Default: the global one. */
  readonly tracerProvider?: TracerProvider
  /** Default: the global one. */
  readonly meterProvider?: MeterProvider
  /** Put the text of statements on spans (`db.query.text`); literals in SQL given as strings, or without parameters, become question marks. Default true. */
  readonly queryText?: boolean
  /** Put the values of parameters on spans (`db.query.parameter.0`): they may be secrets. Default false. */
  readonly queryParameters?: boolean
  /** Put the number of rows on spans (`db.response.returned_rows`). Default false. */
  readonly returnedRows?: boolean
  /** Make spans only where there is one already. Default false. */
  readonly requireParentSpan?: boolean
  /**
   * Put `traceparent` into a comment behind the SQL, as sqlcommenter does. Such a statement is different each time, so the
   * server parses it each time. Default false.
   */
  readonly sqlComments?: boolean
  /** The name of the pool in metrics. Default `host:port/database`. */
  readonly poolName?: string
}

const KEYS: readonly (keyof InstrumentOptions)[] = [
  'tracerProvider',
  'meterProvider',
  'queryText',
  'queryParameters',
  'returnedRows',
  'requireParentSpan',
  'sqlComments',
  'poolName',
]

/** In seconds; the conventions name them. */
const BUCKETS = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10]

/**
 * Makes a span of each execution of an engine, and of each flight of its sessions; measures their time and the pool.
 *
 * @returns what ends it.
 * @throws ArgumentError an unknown option.
 * @example
 * const stop = instrument(engine, { sqlComments: true })
 */
export function instrument(engine: Engine, options: InstrumentOptions = {}): () => void {
  checkKeys('instrument()', options, KEYS)
  const { tracerProvider, meterProvider = metrics.getMeterProvider() } = options
  const tracer = (tracerProvider ?? traceApi.getTracerProvider()).getTracer('tsalchemy')
  const meter = meterProvider.getMeter('tsalchemy')
  const duration = meter.createHistogram('db.client.operation.duration', {
    description: 'Duration of database client operations.',
    unit: 's',
    advice: { explicitBucketBoundaries: BUCKETS },
  })
  const database = databaseAttributes(engine.identity)

  const endTracing = engine.trace(async (execution, run) => {
    const active = context.active()
    const withSpan = options.requireParentSpan !== true || traceApi.getSpan(active) !== undefined
    const expected = expectedOperation(execution)
    const span = withSpan ? tracer.startSpan(expected?.summary ?? 'SQL', startOf(database, expected), active) : null
    let failure: Attributes = {}
    try {
      return await (span === null ? run() : context.with(traceApi.setSpan(active, span), run))
    } catch (error) {
      failure = errorAttributes(error)
      if (span !== null) tellFailure(span, error, failure)
      throw error
    } finally {
      const operation = operationOf(execution.sent) ?? expected
      const own = operation === null ? {} : operationAttributes(operation)
      if (span !== null) finish(span, execution, operation, options)
      // A reader who takes his time does not make the database slow.
      duration.record((execution.timings.totalMs - execution.readerMs) / 1000, { ...database, ...own, ...failure })
    }
  })
  const endComments = options.sqlComments === true ? engine.comment(traceContext) : null
  const endPool = observePool(engine, meter, options.poolName)
  return () => {
    endTracing()
    endComments?.()
    endPool()
  }
}

function startOf(database: Attributes, expected: SqlSummary | null): { kind: SpanKind; attributes: Attributes } {
  return {
    kind: SpanKind.CLIENT,
    attributes: expected === null ? database : { ...database, ...operationAttributes(expected) },
  }
}

function finish(
  span: Span,
  { sent, statement, returnedRows }: ExecutionTrace,
  operation: SqlSummary | null,
  options: InstrumentOptions,
): void {
  if (operation !== null) {
    span.updateName(operation.summary)
    span.setAttributes(operationAttributes(operation))
  }
  if (sent.length > 0 && options.queryText !== false)
    span.setAttributes(textAttributes(sent, typeof statement === 'string'))
  if (options.queryParameters === true) span.setAttributes(parameterAttributes(sent))
  if (options.returnedRows === true && returnedRows !== null)
    span.setAttribute('db.response.returned_rows', returnedRows)
  span.end()
}

function tellFailure(span: Span, error: unknown, attributes: Attributes): void {
  const message = shortMessage(error)
  span.setAttributes(attributes)
  span.setStatus({ code: SpanStatusCode.ERROR, message })
  // The error itself has the parameters in its message and stack.
  span.recordException({ name: error instanceof Error ? error.name : 'Error', message })
}

/** `traceparent` and `tracestate` of the span that is active. */
function traceContext(): Record<string, string> {
  const carrier: Record<string, string> = {}
  propagation.inject(context.active(), carrier)
  const { traceparent, tracestate } = carrier
  return { ...(traceparent === undefined ? {} : { traceparent }), ...(tracestate === undefined ? {} : { tracestate }) }
}
