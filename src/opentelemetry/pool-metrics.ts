// Metrics of an engine's pool, in the words of OpenTelemetry's conventions for connection pools.
import type { BatchObservableResult, Histogram, Meter } from '@opentelemetry/api'
import { type CheckoutMessage, checkoutChannel, connectChannel } from '../engine/channels.ts'
import type { Engine } from '../engine/engine.ts'

const POOL = 'db.client.connection.pool.name'
const STATE = 'db.client.connection.state'

/** Measures the pool of an engine. @returns what ends it. */
export function observePool(engine: Engine, meter: Meter, poolName: string | undefined): () => void {
  const { host, port, database } = engine.identity
  const own = { [POOL]: poolName ?? `${host ?? 'embedded'}${port === null ? '' : `:${port}`}/${database ?? ''}` }
  const count = meter.createObservableUpDownCounter('db.client.connection.count', { unit: '{connection}' })
  const max = meter.createObservableUpDownCounter('db.client.connection.max', { unit: '{connection}' })
  const idleMax = meter.createObservableUpDownCounter('db.client.connection.idle.max', { unit: '{connection}' })
  const pending = meter.createObservableUpDownCounter('db.client.connection.pending_requests', { unit: '{request}' })
  const timeouts = meter.createObservableCounter('db.client.connection.timeouts', { unit: '{timeout}' })
  const observed = [count, max, idleMax, pending, timeouts]
  const observe = (result: BatchObservableResult): void => {
    const { idle, checkedOut, limit, size, waiting } = engine.pool.status()
    result.observe(count, idle, { ...own, [STATE]: 'idle' })
    result.observe(count, checkedOut, { ...own, [STATE]: 'used' })
    if (Number.isFinite(limit)) result.observe(max, limit, own)
    if (Number.isFinite(size)) result.observe(idleMax, size, own)
    result.observe(pending, waiting, own)
    result.observe(timeouts, engine.pool.metrics().timeouts, own)
  }
  meter.addBatchObservableCallback(observe, observed)
  const seconds = (name: string): Histogram => meter.createHistogram(`db.client.connection.${name}`, { unit: 's' })
  const endWaits = timed(checkoutChannel, engine, seconds('wait_time'), own)
  const endCreations = timed(connectChannel, engine, seconds('create_time'), own)
  const endUses = observeUses(engine, seconds('use_time'), own)
  return () => {
    meter.removeBatchObservableCallback(observe, observed)
    endWaits()
    endCreations()
    endUses()
  }
}

/** Records how long what a channel tells of took; what failed is not recorded. */
function timed(
  channel: typeof checkoutChannel,
  engine: Engine,
  histogram: Histogram,
  attributes: Record<string, string>,
): () => void {
  const begun: WeakMap<CheckoutMessage, number> = new WeakMap()
  const listeners = {
    start(message: CheckoutMessage): void {
      if (message.engine === engine.identity) begun.set(message, performance.now())
    },
    end(): void {},
    asyncStart(): void {},
    asyncEnd(message: CheckoutMessage): void {
      const start = begun.get(message)
      if (start !== undefined && message.error === undefined)
        histogram.record((performance.now() - start) / 1000, attributes)
    },
    error(): void {},
  }
  channel.subscribe(listeners)
  return () => {
    channel.unsubscribe(listeners)
  }
}

function observeUses(engine: Engine, histogram: Histogram, attributes: Record<string, string>): () => void {
  const since = Symbol('since')
  const ends = [
    engine.pool.on('checkout', ({ entry }) => void entry.info.set(since, performance.now())),
    engine.pool.on('checkin', ({ entry }) => {
      const start = entry.info.get(since)
      if (typeof start === 'number') histogram.record((performance.now() - start) / 1000, attributes)
    }),
  ]
  return () => {
    for (const end of ends) end()
  }
}
