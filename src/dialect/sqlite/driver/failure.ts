// SQLite's failures in the terms of other databases: SQLSTATEs, and the table, column or constraint at fault.
import { type CommandResult, DriverError, type ServerErrorFields } from '../../contract/driver.ts'

/** By SQLite's code. */
const STATES: Readonly<Record<string, string>> = {
  SQLITE_CONSTRAINT_UNIQUE: '23505',
  SQLITE_CONSTRAINT_PRIMARYKEY: '23505',
  SQLITE_CONSTRAINT_ROWID: '23505',
  SQLITE_CONSTRAINT_NOTNULL: '23502',
  SQLITE_CONSTRAINT_FOREIGNKEY: '23503',
  SQLITE_CONSTRAINT_CHECK: '23514',
  SQLITE_CONSTRAINT_TRIGGER: 'P0001',
  SQLITE_CONSTRAINT_DATATYPE: '22P02',
  SQLITE_MISMATCH: '22P02',
  // What the transaction has read is not what is there any more: it has to begin anew.
  SQLITE_BUSY_SNAPSHOT: '40001',
  SQLITE_BUSY: '55P03',
  SQLITE_LOCKED: '55006',
  SQLITE_READONLY: '25006',
  SQLITE_INTERRUPT: '57014',
  SQLITE_FULL: '53100',
  SQLITE_NOMEM: '53200',
  SQLITE_IOERR: '58030',
  SQLITE_CANTOPEN: '58P01',
  SQLITE_CORRUPT: 'XX001',
  SQLITE_NOTADB: 'XX001',
  SQLITE_TOOBIG: '54000',
  SQLITE_PERM: '42501',
  SQLITE_AUTH: '42501',
}

/** By the words of its message, where the code says no more than that something is wrong. */
const WORDS: readonly (readonly [RegExp, string])[] = [
  // Some libraries do not tell one constraint from another.
  [/^UNIQUE constraint failed/, '23505'],
  [/^NOT NULL constraint failed/, '23502'],
  [/^FOREIGN KEY constraint failed/, '23503'],
  [/^CHECK constraint failed/, '23514'],
  [/^no such table|^no such view/, '42P01'],
  [/^no such column|has no column named/, '42703'],
  [/^no such function|^wrong number of arguments to function/, '42883'],
  [
    /^there is already (?:a table|an index|another table|a view)|^(?:table|index|view|trigger) .* already exists/,
    '42P07',
  ],
  [/^duplicate column name/, '42701'],
  [/syntax error|^unrecognized token|^incomplete input|^too many terms|^near /, '42601'],
  [/^integer overflow|^(?:smallint|integer|bigint) out of range|^numeric field overflow/, '22003'],
  [/^value too long for type/, '22001'],
  [/^invalid input syntax/, '22P02'],
  [/^LIKE pattern must not end/, '22025'],
  [/^malformed JSON|^bad JSON path|^JSON/, '22P02'],
  [/^invalid regular expression/, '2201B'],
  [/^ambiguous column name/, '42702'],
  [/^ON CONFLICT clause does not match/, '42P10'],
  [/^misuse of (?:aggregate|window function)/, '42803'],
  [/^no such savepoint/, '3B001'],
  [/^cannot start a transaction within a transaction/, '25001'],
  [/^cannot (?:commit|rollback) - no transaction is active/, '25P01'],
  [/^too many SQL variables|^variable number must be/, '54023'],
  [/^database .* is locked/, '55P03'],
  [/^unable to open database/, '58P01'],
  [/readonly database/, '25006'],
]

/** What a failure tells. @param code SQLite's, such as `SQLITE_CONSTRAINT_UNIQUE`. */
export function failureFields(code: string, message: string): ServerErrorFields {
  const base = code.split('_').slice(0, 2).join('_')
  const state =
    STATES[code] ?? stateOfWords(message) ?? STATES[base] ?? (base === 'SQLITE_CONSTRAINT' ? '23000' : '42000')
  return { severity: 'ERROR', sqlState: state, ...placeOf(message) }
}

function stateOfWords(message: string): string | null {
  return WORDS.find(([words]) => words.test(message))?.[1] ?? null
}

/** `UNIQUE constraint failed: users.name, users.city`. */
function placeOf(message: string): ServerErrorFields {
  const [, sort, rest = ''] = /^(UNIQUE|NOT NULL|CHECK|FOREIGN KEY) constraint failed(?:: (.*))?$/s.exec(message) ?? []
  if (sort === undefined || rest === '') return {}
  if (sort === 'CHECK') return { constraint: rest }
  const index = /^index '(.*)'$/s.exec(rest)?.[1]
  if (index !== undefined) return { constraint: index.replaceAll("''", "'") }
  const columns = rest.split(', ').map((each) => {
    const point = each.indexOf('.')
    return { table: each.slice(0, Math.max(0, point)), column: each.slice(point + 1) }
  })
  const [first] = columns
  if (first === undefined || first.table === '') return {}
  return columns.length === 1 ? first : { table: first.table }
}

/** Whether waiting may help: another connection holds a lock. SQLITE_LOCKED is this connection itself, whose rows are being read. */
export function isLocked(code: string | null): boolean {
  return code === 'SQLITE_BUSY' || code === 'SQLITE_BUSY_RECOVERY'
}

/** SQL that SQLite would misread. */
export function misread(message: string, commandIndex: number): DriverError {
  return new DriverError(message, { sent: false, commandIndex, fields: { severity: 'ERROR', sqlState: '42601' } })
}

/** What comes too late for its connection. */
export function connectionClosed(): DriverError {
  return new DriverError('the connection is closed', { disconnected: true, sent: false })
}

/** A cursor that is read on behind its transaction. */
export function transactionEnded(): DriverError {
  return new DriverError('the cursor was closed when its transaction ended', {
    sent: false,
    fields: { severity: 'ERROR', sqlState: '34000' },
  })
}

/** A batch that its signal aborted. */
export function canceled(signal: AbortSignal, sent: boolean): DriverError {
  return new DriverError('the batch was aborted by its signal', { canceled: true, sent, cause: signal.reason })
}

/** The same error, of a command among others. */
export function withPlace(error: DriverError, commandIndex: number, results: readonly CommandResult[]): DriverError {
  const { message, cause, canceled: isCanceled, disconnected } = error
  const sent = error.sent || results.length > 0
  return new DriverError(message, { cause, canceled: isCanceled, disconnected, sent, commandIndex, results })
}
