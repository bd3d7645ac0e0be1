// libpq's service file: named groups of connection parameters.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ArgumentError } from '../../../errors.ts'
import { quoteName } from '../../../nearest.ts'
import type { Environment } from '../../contract/settings.ts'

/**
 * The parameters of a service, from the user's service file or else the system's.
 *
 * @param file the file where the caller names one; null looks for `~/.pg_service.conf`, then for `pg_service.conf` in `PGSYSCONFDIR`.
 * @throws ArgumentError no file defines the service, or a line of it cannot be read. Messages name no values.
 */
export function readService(
  name: string,
  file: string | null,
  home: string | null,
  environment: Environment,
): Map<string, string> {
  const own = file ?? (home === null ? null : join(home, '.pg_service.conf'))
  const { PGSYSCONFDIR: folder } = environment
  const shared = folder ? join(folder, 'pg_service.conf') : null
  for (const path of [own, shared]) {
    if (path === null) continue
    const text = readIfThere(path, path === file)
    const found = text === null ? null : parseServiceFile(text, name, path)
    if (found !== null) return found
  }
  const looked = [own, shared].filter((path) => path !== null).join(' and ')
  throw new ArgumentError(
    `The service ${quoteName(name)} is not defined${looked === '' ? ': there is no service file' : ` in ${looked}`}`,
  )
}

function readIfThere(path: string, asked: boolean): string | null {
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    if (!asked) return null
    throw new ArgumentError(`The service file ${quoteName(path)} cannot be read`, { cause })
  }
}

/**
 * The parameters below the heading of a service; null where there is no such heading. The first one counts.
 *
 * @throws ArgumentError a line of it is no `name=value`.
 */
export function parseServiceFile(text: string, name: string, path: string): Map<string, string> | null {
  let found: Map<string, string> | null = null
  for (const [index, raw] of text.split('\n').entries()) {
    const line = raw.trim()
    if (line === '' || line.startsWith('#')) continue
    if (line.startsWith('[')) {
      if (found !== null) return found
      if (line === `[${name}]`) found = new Map()
      continue
    }
    if (found === null) continue
    const equals = line.indexOf('=')
    const key = line.slice(0, Math.max(0, equals))
    if (equals < 1 || key === 'service' || line.startsWith('ldap'))
      throw new ArgumentError(
        `Line ${index + 1} of the service file ${path} is no name=value: services have no LDAP and no other services in them`,
      )
    if (!found.has(key)) found.set(key, line.slice(equals + 1))
  }
  return found
}
