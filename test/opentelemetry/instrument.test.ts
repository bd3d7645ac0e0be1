// Spans and metrics of real executions, through OpenTelemetry's own SDK.
import {
  context,
  propagation,
  type Span,
  SpanKind,
  SpanStatusCode,
  type TextMapPropagator,
  trace,
} from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics'
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base'
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import { createEngine } from '../../src/engine/create.ts'
import type { Engine } from '../../src/engine/engine.ts'
import { ArgumentError } from '../../src/errors.ts'
import { Column, DDL, Integer, insert, MetaData, String, select, table, text } from '../../src/index.ts'
import { instrument } from '../../src/opentelemetry/index.ts'
import { DeclarativeBase, Entity, Session } from '../../src/orm/index.ts'
import { postgresUrl } from '../support/server.ts'
import { recordStatements } from '../support/statements.ts'

const exporter = new InMemorySpanExporter()
const tracerProvider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] })
const metricExporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE)
const reader = new PeriodicExportingMetricReader({ exporter: metricExporter, exportIntervalMillis: 3_600_000 })
const meterProvider = new MeterProvider({ readers: [reader] })
const tracer = tracerProvider.getTracer('test')

/** What W3C's propagator writes. */
const propagator: TextMapPropagator = {
  inject(active, carrier, setter) {
    const span = trace.getSpanContext(active)
    if (span !== undefined) setter.set(carrier, 'traceparent', `00-${span.traceId}-${span.spanId}-01`)
  },
  extract: (active) => active,
  fields: () => ['traceparent'],
}

const metadata = new MetaData()
const users = table('otel_users', metadata, { id: Column(Integer, { primaryKey: true }), name: Column(String(50)) })

let engine: Engine
let stop: () => void = () => {}

beforeAll(async () => {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  propagation.setGlobalPropagator(propagator)
  engine = createEngine(postgresUrl())
  await metadata.createAll(engine)
})
beforeEach(async () => {
  await engine.execute('TRUNCATE otel_users')
  exporter.reset()
})
afterEach(() => stop())
afterAll(async () => {
  await engine.dispose()
  await tracerProvider.shutdown()
  await meterProvider.shutdown()
  context.disable()
  propagation.disable()
})

const url = new URL(postgresUrl())
const database = {
  'db.system.name': 'postgresql',
  'db.namespace': url.pathname.slice(1),
  'server.address': decodeURIComponent(url.hostname),
  'server.port': Number(url.port || 5432),
}

function spans(): { name: string; attributes: unknown }[] {
  return exporter.getFinishedSpans().map(({ name, attributes }) => ({ name, attributes }))
}

it('makes a span of each execution', async () => {
  stop = instrument(engine, { tracerProvider, meterProvider })
  await engine.execute(select(users.c.name).where(users.c.id.eq(5)))
  await engine.execute("SELECT 'secret' FROM otel_users WHERE id = 5")
  expect(spans()).toEqual([
    {
      name: 'SELECT otel_users',
      attributes: {
        ...database,
        'db.operation.name': 'SELECT',
        'db.collection.name': 'otel_users',
        'db.query.summary': 'SELECT otel_users',
        'db.query.text': 'SELECT otel_users.name \nFROM otel_users \nWHERE otel_users.id = $1::INTEGER',
      },
    },
    {
      name: 'SELECT otel_users',
      attributes: {
        ...database,
        'db.operation.name': 'SELECT',
        'db.collection.name': 'otel_users',
        'db.query.summary': 'SELECT otel_users',
        'db.query.text': 'SELECT ? FROM otel_users WHERE id = ?',
      },
    },
  ])
  expect(exporter.getFinishedSpans().map((span) => span.kind)).toEqual([SpanKind.CLIENT, SpanKind.CLIENT])
})

it('shows no literal of what takes no values, however it was written', async () => {
  stop = instrument(engine, { tracerProvider, meterProvider })
  await engine.execute(text("SELECT 'secret', 5"))
  await engine.execute(text("SELECT 'constant', :id").bindparams({ id: 5 }))
  await engine.execute(new DDL("COMMENT ON TABLE otel_users IS 'secret'"))
  await using connection = await engine.connect()
  await connection.executeAll([text("SELECT 'secret'"), text("SELECT 'another'")])
  await connection.rollback()
  expect(spans().map(({ attributes }) => (attributes as Record<string, unknown>)['db.query.text'])).toEqual([
    'SELECT ?, ?',
    "SELECT 'constant', $1::INTEGER",
    'COMMENT ON TABLE otel_users IS ?',
    'SELECT ?',
  ])
})

it('is a child of the span that is active', async () => {
  stop = instrument(engine, { tracerProvider, meterProvider })
  await tracer.startActiveSpan('request', async (parent: Span) => {
    await engine.begin(async (connection) => {
      await connection.execute(select(users.c.id))
      await connection.execute(select(users.c.name))
    })
    parent.end()
  })
  const finished = exporter.getFinishedSpans()
  const parent = finished.at(-1)
  expect(finished.slice(0, -1).map((span) => span.parentSpanContext?.spanId)).toEqual([
    parent?.spanContext().spanId,
    parent?.spanContext().spanId,
  ])
})

it('tells of failures without what the parameters were', async () => {
  stop = instrument(engine, { tracerProvider, meterProvider })
  await engine.execute('SELECT $1::int / 0', [90125]).catch(() => {})
  const [span] = exporter.getFinishedSpans()
  expect(span?.status).toEqual({ code: SpanStatusCode.ERROR, message: 'division by zero' })
  expect(span?.attributes).toMatchObject({ 'error.type': '22012', 'db.response.status_code': '22012' })
  expect(span?.events[0]?.attributes).toMatchObject({ 'exception.message': 'division by zero' })
  expect(JSON.stringify([span?.attributes, span?.events])).not.toContain('90125')
  exporter.reset()
  await engine.execute('SELECT ($1::text)::int', ['a\n"90125"']).catch(() => {})
  const [quoting] = exporter.getFinishedSpans()
  expect(quoting?.status.message).toBe('invalid input syntax for type integer: "..."')
  expect(JSON.stringify([quoting?.attributes, quoting?.events])).not.toContain('90125')
})

it('tells of batches', async () => {
  stop = instrument(engine, { tracerProvider, meterProvider })
  await engine.execute('UPDATE otel_users SET name = name')
  await using connection = await engine.connect()
  await connection.executeAll([insert(users).values({ id: 1, name: 'a' }), select(users.c.id)])
  await connection.rollback()
  expect(spans().at(-1)).toMatchObject({
    name: 'BATCH',
    attributes: { 'db.operation.name': 'BATCH', 'db.operation.batch.size': 2 },
  })
})

it('tells of the flush of a session', async () => {
  class Base<Self = unknown> extends DeclarativeBase<Self> {}
  @Entity('otel_things')
  class Thing extends Base<Thing> {
    @Column(Integer, { primaryKey: true }) id!: number
  }
  await Base.metadata.createAll(engine)
  stop = instrument(engine, { tracerProvider, meterProvider })
  await using session = new Session({ bind: engine })
  session.add(new Thing({ id: 1 }))
  await session.commit()
  expect(spans().map(({ name }) => name)).toEqual(['INSERT otel_things'])
})

it('shows values and numbers of rows where that is asked', async () => {
  stop = instrument(engine, {
    tracerProvider,
    meterProvider,
    queryParameters: true,
    returnedRows: true,
    queryText: false,
  })
  await engine.execute('SELECT $1::int, $2::jsonb', [5, { a: 1 }])
  const [span] = exporter.getFinishedSpans()
  expect(span?.attributes).toMatchObject({
    'db.query.parameter.0': '5',
    'db.query.parameter.1': '{"a":1}',
    'db.response.returned_rows': 1,
  })
  expect(span?.attributes).not.toHaveProperty('db.query.text')
})

it('makes no spans without a parent where that is asked', async () => {
  stop = instrument(engine, { tracerProvider, meterProvider, requireParentSpan: true })
  await engine.execute('SELECT 1')
  expect(spans()).toEqual([])
  await tracer.startActiveSpan('request', async (parent: Span) => {
    await engine.execute('SELECT 1')
    parent.end()
  })
  expect(spans().map(({ name }) => name)).toEqual(['SELECT', 'request'])
})

it('puts the trace into a comment of statements that are not kept prepared', async () => {
  stop = instrument(engine, { tracerProvider, meterProvider, sqlComments: true })
  const recording = recordStatements(engine)
  await using connection = await engine.connect()
  for (let i = 0; i < 3; i += 1) await connection.execute(select(users.c.id))
  const ids = exporter.getFinishedSpans().map((span) => span.spanContext())
  expect(recording.statements.slice(1).map(({ sql }) => sql)).toEqual(
    ids.map(
      ({ traceId, spanId }) => `SELECT otel_users.id \nFROM otel_users /*traceparent='00-${traceId}-${spanId}-01'*/`,
    ),
  )
  const prepared = await connection
    .execute("SELECT count(*)::int FROM pg_prepared_statements WHERE statement LIKE '%traceparent%'")
    .scalar()
  expect(prepared).toBe(0)
  recording.stop()
})

it('ends', async () => {
  instrument(engine, { tracerProvider, meterProvider, sqlComments: true })()
  const recording = recordStatements(engine)
  await engine.execute('SELECT 1')
  expect(spans()).toEqual([])
  expect(recording.flights).toEqual([['SELECT 1']])
  recording.stop()
})

it('refuses unknown options', () => {
  expect(() => instrument(engine, { queryTxt: true } as never)).toThrow(ArgumentError)
})

it('measures operations and the pool', async () => {
  await using own = createEngine(postgresUrl(), { poolSize: 2, maxOverflow: 1 })
  stop = instrument(own, { tracerProvider, meterProvider, poolName: 'main' })
  await own.execute(select(users.c.id))
  await own.execute('SELECT nothing').catch(() => {})
  await using _ = await own.connect()
  await reader.forceFlush()
  const found = metricExporter.getMetrics().at(-1)
  const points = (name: string): { attributes: unknown; value: unknown }[] =>
    (found?.scopeMetrics ?? [])
      .flatMap(({ metrics }) => metrics)
      .filter(({ descriptor }) => descriptor.name === name)
      .flatMap(({ dataPoints }) => dataPoints.map(({ attributes, value }) => ({ attributes, value })))
      .filter(
        ({ attributes }) =>
          name === 'db.client.operation.duration' || attributes['db.client.connection.pool.name'] === 'main',
      )
  const operations = points('db.client.operation.duration').map(({ attributes }) => attributes)
  expect(operations).toContainEqual({
    ...database,
    'db.operation.name': 'SELECT',
    'db.collection.name': 'otel_users',
    'db.query.summary': 'SELECT otel_users',
  })
  expect(operations).toContainEqual({
    ...database,
    'db.operation.name': 'SELECT',
    'db.query.summary': 'SELECT',
    'error.type': '42703',
    'db.response.status_code': '42703',
  })
  const pool = { 'db.client.connection.pool.name': 'main' }
  expect(points('db.client.connection.count')).toEqual([
    { attributes: { ...pool, 'db.client.connection.state': 'idle' }, value: 0 },
    { attributes: { ...pool, 'db.client.connection.state': 'used' }, value: 1 },
  ])
  expect(points('db.client.connection.max')).toEqual([{ attributes: pool, value: 3 }])
  expect(points('db.client.connection.idle.max')).toEqual([{ attributes: pool, value: 2 }])
  expect(points('db.client.connection.pending_requests')).toEqual([{ attributes: pool, value: 0 }])
  expect(points('db.client.connection.timeouts')).toEqual([{ attributes: pool, value: 0 }])
  for (const [name, count] of [
    ['create_time', 1],
    ['wait_time', 3],
    ['use_time', 2],
  ] as const)
    expect(points(`db.client.connection.${name}`)).toMatchObject([{ value: { count } }])
})

it('makes a span of a stream, from its opening to its last row or until it is left, and one of a COPY', async () => {
  stop = instrument(engine, { tracerProvider, meterProvider, returnedRows: true })
  await engine.begin(async (connection) => {
    await connection.copyFrom(
      users,
      [1, 2, 3].map((id) => ({ id, name: 'x' })),
    )
    let seen = 0
    await tracer.startActiveSpan('reading', async (parent) => {
      for await (const _ of connection.stream(select(users.c.id), null, { yieldPer: 1 })) {
        seen += 1
        if (seen < 3) expect(spans().map(({ name }) => name)).toEqual(['COPY otel_users'])
      }
      parent.end()
    })
    for await (const _ of connection.stream(select(users.c.id), null, { yieldPer: 1 })) break
  })
  const [copy, stream, parent, left] = exporter.getFinishedSpans()
  expect(copy?.attributes).toMatchObject({
    'db.operation.name': 'COPY',
    'db.collection.name': 'otel_users',
    'db.query.summary': 'COPY otel_users',
    'db.query.text': 'COPY otel_users (id, name) FROM STDIN',
  })
  expect([stream?.name, stream?.attributes['db.response.returned_rows']]).toEqual(['SELECT otel_users', 3])
  expect(stream?.parentSpanContext?.spanId).toBe(parent?.spanContext().spanId)
  expect([left?.name, left?.attributes['db.response.returned_rows']]).toEqual(['SELECT otel_users', 1])
})
