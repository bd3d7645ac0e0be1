// Checks the messages that pg's parser reads, where one that does not end as it should would make it loop for ever, and reads what it leaves out.
import { DriverError } from '../../contract/driver.ts'

const HEADER = 5
const ERROR = 0x45
const NOTICE = 0x4e
const PARAMETER_STATUS = 0x53
const NOTIFICATION = 0x41
const ROW_DESCRIPTION = 0x54
const AUTHENTICATION = 0x52
const AUTHENTICATION_SASL = 10
/** Methods that pg's parser does not know. */
const FOREIGN_METHODS: ReadonlyMap<number, string> = new Map([
  [2, 'Kerberos'],
  [7, 'GSSAPI (Kerberos)'],
  [9, 'SSPI (Windows)'],
])

/** Where the string that begins at `at` ends, its NUL included; -1 where it does not end before `end`. */
function afterString(buffer: Buffer, at: number, end: number): number {
  const zero = buffer.indexOf(0, at)
  return zero === -1 || zero >= end ? -1 : zero + 1
}

function strings(buffer: Buffer, at: number, end: number, count: number): number {
  let next = at
  for (let index = 0; index < count && next !== -1; index++) next = afterString(buffer, next, end)
  return next
}

/** Walks over items until the zero byte that ends them; -1 where it is not there. `head` is the bytes before each string. */
function terminated(buffer: Buffer, at: number, end: number, head: number): number {
  let next = at
  while (next !== -1 && next < end && buffer[next] !== 0) next = afterString(buffer, next + head, end)
  return next === -1 || next >= end ? -1 : next + 1
}

function rowDescription(buffer: Buffer, at: number, end: number): number {
  if (at + 2 > end) return -1
  let next = at + 2
  for (let count = buffer.readUInt16BE(at); count > 0; count--) {
    const after = afterString(buffer, next, end)
    if (after === -1) return -1
    next = after + 18
  }
  return next
}

/** @throws DriverError as {@link checkMethod}. */
function authentication(buffer: Buffer, body: number, end: number): number {
  if (end - body < 4) return -1
  const method = buffer.readUInt32BE(body)
  checkMethod(method)
  return method === AUTHENTICATION_SASL ? terminated(buffer, body + 4, end, 0) : end
}

/** @throws DriverError that ends the connection, where the server asks for what there is not here. */
function checkMethod(method: number): void {
  const name = FOREIGN_METHODS.get(method)
  if (name === undefined) return
  throw new DriverError(
    `the server asks for ${name}, which this driver does not have: give the user another method in its pg_hba.conf`,
    { disconnected: true, sent: false },
  )
}

/**
 * Checks that the strings of a message end inside it.
 * @throws DriverError where they do not.
 */
export function checkShape(buffer: Buffer, at: number, end: number): void {
  const body = at + HEADER
  let stop = end
  switch (buffer[at]) {
    case ERROR:
    case NOTICE:
      stop = terminated(buffer, body, end, 1)
      break
    case PARAMETER_STATUS:
      stop = strings(buffer, body, end, 2)
      break
    case NOTIFICATION:
      stop = strings(buffer, body + 4, end, 2)
      break
    case ROW_DESCRIPTION:
      stop = rowDescription(buffer, body, end)
      break
    case AUTHENTICATION:
      stop = authentication(buffer, body, end)
      break
  }
  if (stop !== end) throw new DriverError('a message of the server does not have the form of its kind')
}

const SEVERITY = 0x53
/** The same in every language of the server; poolers may leave it out. */
const SEVERITY_UNTRANSLATED = 0x56

/** Whether an ErrorResponse, whose form was checked, says that it ends the session; null for other messages, and where it does not say. */
export function endsSession(buffer: Buffer, at: number, end: number): boolean | null {
  if (buffer[at] !== ERROR) return null
  let severity: string | null = null
  for (let next = at + HEADER; next < end && buffer[next] !== 0; ) {
    const after = afterString(buffer, next + 1, end)
    const field = buffer[next]
    if (field === SEVERITY_UNTRANSLATED || (field === SEVERITY && severity === null))
      severity = buffer.toString('utf8', next + 1, after - 1)
    next = after
  }
  return severity === null ? null : severity === 'FATAL' || severity === 'PANIC'
}
