import { expect, it } from 'vitest'
import { formatRecord, Logger, type LogRecord, type LogSink, sinkTo } from '../src/log.ts'

it('formats a line as its readers know it, and disarms control characters', () => {
  const record: LogRecord = {
    time: new Date(123),
    level: 'info',
    logger: 'tsalchemy.engine.Engine',
    message: 'SELECT 1\n\u001b[31m\r\u009b\ttab',
  }
  expect(formatRecord(record)).toBe(
    '1970-01-01 00:00:00,123 INFO tsalchemy.engine.Engine SELECT 1\n\\x1b[31m\\x0d\\x9b\ttab',
  )
})

it('writes to its sink, debug lines only where they are wanted', () => {
  const records: LogRecord[] = []
  for (const debugging of [false, true]) {
    const logger = new Logger('name', (record) => records.push(record), debugging)
    logger.info('one')
    logger.debug('two')
  }
  expect(records.map(({ level, message }) => [level, message])).toEqual([
    ['info', 'one'],
    ['info', 'one'],
    ['debug', 'two'],
  ])
})

it('warns of a sink that fails, at once or later', async () => {
  const warnings: string[] = []
  const onWarning = ({ message }: Error): void => {
    warnings.push(message)
  }
  process.on('warning', onWarning)
  const later = async (line: unknown): Promise<void> => {
    throw new Error(`later: ${String(line)}`)
  }
  const sinks: LogSink[] = [
    () => {
      throw new Error('at once')
    },
    ({ message }) => later(message),
    sinkTo({ debug: later, info: later, warn: later }),
  ]
  for (const sink of sinks) new Logger('name', sink, false).info('one')
  await expect.poll(() => warnings).toEqual(['at once', 'later: one', 'later: name one'])
  process.off('warning', onWarning)
})
