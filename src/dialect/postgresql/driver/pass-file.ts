// libpq's pass file: a password for each server, database and user, in a file that only its owner can read.
import { readFile, stat } from 'node:fs/promises'
import type { PasswordRequest } from '../../contract/settings.ts'

/** Directories in which a socket is `localhost` for the pass file. */
const DEFAULT_SOCKETS = ['/tmp', '/run/postgresql', '/var/run/postgresql']

/**
 * The password that a pass file has for a connection; null where it has none, or is not there. One that others can read is
 * not read, with a warning, as by libpq. The file is read each time, so that a new password counts from the next connect.
 */
export async function passwordFromFile(path: string, request: PasswordRequest): Promise<string | null> {
  const found = await stat(path).catch(() => null)
  if (found === null) return null
  if (!found.isFile()) return ignored(path, 'it is not a plain file')
  if (process.platform !== 'win32' && (found.mode & 0o077) !== 0)
    return ignored(path, 'group or others may read it; its permissions should be u=rw (0600) or less')
  const text = await readFile(path, 'utf8').catch(() => null)
  return text === null ? ignored(path, 'it cannot be read') : findPassword(text, request)
}

/** The password of the first line that fits, `host:port:database:user:password`; `*` fits all, a backslash takes `:` and itself as they are. */
export function findPassword(text: string, { host, port, database, user }: PasswordRequest): string | null {
  const wanted = [DEFAULT_SOCKETS.includes(host) ? 'localhost' : host, String(port), database, user]
  for (const line of text.split('\n')) {
    if (line.startsWith('#')) continue
    const fields = splitLine(line.endsWith('\r') ? line.slice(0, -1) : line)
    const password = fields[4]
    if (password === undefined) continue
    // An empty one is none, and the lines behind it do not count.
    if (wanted.every((value, index) => fields[index] === '*' || unescaped(fields[index] ?? '') === value))
      return password === '' ? null : unescaped(password)
  }
  return null
}

/** The fields between the colons that have no backslash before them; as for libpq, what is behind the fifth does not count. */
function splitLine(line: string): string[] {
  const fields: string[] = []
  let field = ''
  for (let at = 0; at < line.length; at += 1) {
    if (line[at] === ':') {
      fields.push(field)
      field = ''
    } else if (line[at] === '\\') {
      field += line.slice(at, at + 2)
      at += 1
    } else field += line[at]
  }
  return [...fields, field]
}

function unescaped(field: string): string {
  return field.replaceAll(/\\(.)/gs, '$1')
}

function ignored(path: string, why: string): null {
  process.emitWarning(`The pass file ${path} is not used: ${why}`, 'SQLAlchemyWarning')
  return null
}
