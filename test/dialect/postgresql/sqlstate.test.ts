// SQLSTATE to error classes, and the driver's error in the public hierarchy.

import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import * as sqlstate from '../../../src/database-errors.ts'
import { DriverError } from '../../../src/dialect/contract/driver.ts'
import { createPostgresDriver } from '../../../src/dialect/postgresql/driver/index.ts'
import { errorClassFor, isDisconnectSqlState } from '../../../src/dialect/postgresql/sqlstate.ts'
import { wrapDriverError } from '../../../src/dialect/postgresql/wrap-error.ts'
import * as errors from '../../../src/errors.ts'
import { command, failure, serverOptions } from './driver/support.ts'

describe('errorClassFor', () => {
  test.each([
    ['23505', sqlstate.UniqueViolation, errors.IntegrityError],
    ['23000', errors.IntegrityError, errors.DatabaseError],
    ['40001', sqlstate.SerializationFailure, errors.OperationalError],
    ['40003', errors.OperationalError, errors.DatabaseError],
    ['42P01', sqlstate.UndefinedTable, errors.ProgrammingError],
    ['42000', errors.ProgrammingError, errors.DatabaseError],
    ['22P02', sqlstate.InvalidTextRepresentation, errors.DataError],
    ['0A000', errors.NotSupportedError, errors.DatabaseError],
    ['25001', errors.InternalError, errors.DatabaseError],
    ['XX000', errors.InternalError, errors.DatabaseError],
    ['99999', errors.DatabaseError, errors.DBAPIError],
    ['', errors.DatabaseError, errors.DBAPIError],
  ] as const)('%s', (code, expected, parent) => {
    const found = errorClassFor(code)
    expect(found).toBe(expected)
    expect(new found('x')).toBeInstanceOf(parent)
  })

  test('every class of its own has a code of its own, and a name', () => {
    const classes = Object.values(sqlstate).filter(
      (value) => typeof value === 'function' && value.prototype instanceof errors.DBAPIError,
    )
    const codes = classes.map((one) => (one as typeof errors.DBAPIError).code)
    expect(codes.length).toBeGreaterThan(30)
    expect(new Set(codes).size).toBe(codes.length)
    for (const code of codes) expect(code).toMatch(/^[a-z]+(-[a-z]+)+$/)
  })
})

test('isDisconnectSqlState', () => {
  const ended = '57P01 57P02 57P03 57P04 57P05 25P03 25P04 08000 08001 08003 08004 08006 08007'
  for (const code of ended.split(' ')) expect([code, isDisconnectSqlState(code)]).toEqual([code, true])
  // 08P01 is also what a wrong number of parameters gives.
  const goesOn = '57014 25P02 25006 08P01 40001 40P01 55P03 53300 53100 53200 54001 0A000 26000 28P01 3D000 XX000'
  for (const code of ['', ...goesOn.split(' ')]) expect([code, isDisconnectSqlState(code)]).toEqual([code, false])
})

describe('wrapDriverError', () => {
  test('carries all that the server said', async () => {
    const driver = createPostgresDriver(serverOptions())
    const connection = await driver.connect()
    await connection.run([command('CREATE TABLE wrapped (id int CONSTRAINT wrapped_key PRIMARY KEY)')])
    const sql = 'INSERT INTO wrapped VALUES ($1), ($2)'
    const cause = await failure(connection.run([command(sql, 7, 7)]))
    await connection.close()
    const error = wrapDriverError(cause, sql, [7, 7])
    expect(error).toBeInstanceOf(sqlstate.UniqueViolation)
    expect(error.message).toBe(
      'duplicate key value violates unique constraint "wrapped_key"\n[SQL: INSERT INTO wrapped VALUES ($1), ($2)]',
    )
    expect(error).toMatchObject({
      name: 'UniqueViolation',
      code: 'unique-violation',
      sqlState: '23505',
      severity: 'ERROR',
      detail: 'Key (id)=(7) already exists.',
      schema: 'public',
      table: 'wrapped',
      constraint: 'wrapped_key',
      statement: sql,
      parameters: [7, 7],
      connectionInvalidated: false,
      cause,
    })
  })

  test('keeps parameters out of the message, and hidden ones out of what prints the error', () => {
    const shown = wrapDriverError(new DriverError('no'), 'SELECT $1', ['s3cret'])
    expect(shown.message).toBe('no\n[SQL: SELECT $1]')
    expect(shown.parameters).toEqual(['s3cret'])
    expect(inspect(shown)).toContain('s3cret')
    const hidden = wrapDriverError(new DriverError('no'), 'SELECT $1', ['s3cret'], true)
    expect(hidden.message).toBe('no\n[SQL: SELECT $1]')
    expect(hidden.parameters).toEqual(['s3cret'])
    expect(JSON.stringify(hidden)).not.toContain('s3cret')
    expect(inspect(hidden)).not.toContain('s3cret')
  })

  test('shows the beginning of a statement that runs to megabytes, and keeps the whole', () => {
    const statement = `INSERT INTO t VALUES ${'($1), '.repeat(100_000)}`
    const error = wrapDriverError(new DriverError('no'), statement)
    expect(error.message).toBe(`no\n[SQL: ${statement.slice(0, 10_000)}... and 590021 more characters]`)
    expect(error.statement).toBe(statement)
  })

  test('tells how json is given where a list was given', async () => {
    const connection = await createPostgresDriver(serverOptions()).connect()
    const wrongly = async (sql: string, value: unknown): Promise<errors.DBAPIError> => {
      const statement = { sql, parameters: [null], columns: null, prepare: false }
      return wrapDriverError(await failure(connection.run([{ statement, parameters: [value] }])), sql, [value])
    }
    expect((await wrongly('SELECT $1::jsonb', [])).hint).toBe(
      "A list is sent as an array of PostgreSQL where no type is declared: give JSON.stringify(list) or, to text(), bindparam('name', { type: JSON() })",
    )
    expect((await wrongly('SELECT $1::json', 'x')).hint).toBeNull()
    expect((await wrongly('SELECT $1::int', [1])).hint).toBeNull()
    await connection.close()
  })

  test('tells what is wrong with how many there are', async () => {
    const connection = await createPostgresDriver(serverOptions()).connect()
    const wrongly = async (sql: string, ...values: unknown[]): Promise<errors.DBAPIError> => {
      const statement = { sql, parameters: values.map(() => null), columns: null, prepare: false }
      return wrapDriverError(await failure(connection.run([{ statement, parameters: values }])), sql, values)
    }
    const tooFew = await wrongly('SELECT $1::int')
    expect(tooFew).toBeInstanceOf(errors.ProgrammingError)
    expect(tooFew.hint).toBe('Values for $1, $2, ... stand in a list, as many as the statement names')
    expect((await wrongly('SELECT $1::int', 1, 2)).hint).toBe('The statement is given 2 values and has no $2')
    expect((await wrongly('SELECT $10::int', ...Array.from({ length: 10 }, () => 1))).hint).toBe(
      'The statement is given 10 values and has no $1',
    )
    expect((await wrongly('SELECT $1 IS NULL', 1)).hint).toBeNull()
    expect((await wrongly('SELECT 1; SELECT 2')).hint).toBe(
      'A text is one statement: executeAll() sends several in one flight',
    )
    expect((await wrongly('SELEC 1')).hint).toBeNull()
    await connection.close()
  })

  test('shows the hint, not the detail', () => {
    const fields = { sqlState: '42883', hint: 'Add casts.', detail: 'other rows' }
    const error = wrapDriverError(new DriverError('no', { fields }))
    expect(error).toBeInstanceOf(sqlstate.UndefinedFunction)
    expect(error.message).toBe('no\nHINT: Add casts.')
  })

  test.each([
    [
      'a stale statement',
      { fields: { sqlState: '0A000', routine: 'RevalidateCachedQuery' } },
      sqlstate.InvalidCachedStatement,
    ],
    ['an aborted batch', { canceled: true }, sqlstate.QueryCanceled],
    ['a lost connection', { disconnected: true }, errors.OperationalError],
    ['a parameter that cannot be sent', { parameterIndex: 0, commandIndex: 0 }, errors.DataError],
    ['a misused driver', {}, errors.InterfaceError],
  ] as const)('%s', (_what, options, expected) => {
    const error = wrapDriverError(new DriverError('no', options))
    expect(error.constructor).toBe(expected)
    expect(error.connectionInvalidated).toBe('disconnected' in options)
  })
})
