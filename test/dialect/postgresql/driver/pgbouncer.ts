// A real PgBouncer in transaction mode in front of the tests' server, where its program is installed.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { PostgresConnectOptions } from '../../../../src/dialect/postgresql/driver/index.ts'

/** A running PgBouncer. */
export interface PgBouncer {
  readonly port: number
  stop(): Promise<void>
}

/** The version of the installed PgBouncer; null where there is none on the PATH. */
export function pgbouncerVersion(): string | null {
  try {
    return (
      /PgBouncer ([\d.]+)/.exec(
        execFileSync('pgbouncer', ['--version'], { encoding: 'utf8', env: environment() }),
      )?.[1] ?? null
    )
  } catch {
    return null
  }
}

/**
 * Starts one with a single session of the server to lend, unless `sessions` says otherwise.
 *
 * @param more lines for its configuration.
 */
export async function startPgBouncer(
  target: PostgresConnectOptions & {
    readonly host: string
    readonly port: number
    readonly user: string
    readonly database: string
  },
  more: readonly string[] = [],
): Promise<PgBouncer> {
  const directory = mkdtempSync(join(tmpdir(), 'pgbouncer-'))
  const port = await freePort()
  const quote = (value: string): string => `'${value.replaceAll("'", "''")}'`
  const config = [
    '[databases]',
    `* = host=${target.host} port=${target.port} user=${quote(target.user)} password=${quote(String(target.password ?? ''))}`,
    '[pgbouncer]',
    'listen_addr = 127.0.0.1',
    `listen_port = ${port}`,
    'unix_socket_dir =',
    'auth_type = any',
    'pool_mode = transaction',
    'max_client_conn = 100',
    ...more,
  ]
  const file = join(directory, 'pgbouncer.ini')
  writeFileSync(file, config.join('\n'), { mode: 0o644 })
  execFileSync('chmod', ['755', directory])
  // It refuses to run as root.
  const user = process.getuid?.() === 0 ? ['-u', 'nobody'] : []
  const child = spawn('pgbouncer', [...user, file], { stdio: ['ignore', 'ignore', 'pipe'], env: environment() })
  let said = ''
  child.stderr?.on('data', (bytes: Buffer) => {
    said += bytes.toString()
  })
  try {
    await untilListening(child, port, () => said)
  } catch (error) {
    child.kill()
    throw error
  }
  return {
    port,
    async stop() {
      child.kill('SIGTERM')
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
      rmSync(directory, { recursive: true, force: true })
    },
  }
}

/** Debian keeps it with the programs of the system. */
function environment(): NodeJS.ProcessEnv {
  return { ...process.env, PATH: `${process.env.PATH ?? ''}:/usr/sbin` }
}

async function untilListening(child: ChildProcess, port: number, said: () => string): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    if (child.exitCode !== null) throw new Error(`PgBouncer did not start: ${said()}`)
    const socket = connect(port, '127.0.0.1')
    // Rejects where the socket has an error.
    const open = await once(socket, 'connect').then(
      () => true,
      () => false,
    )
    socket.destroy()
    if (open) return
    await pause(100)
  }
  throw new Error(`PgBouncer does not listen: ${said()}`)
}

async function freePort(): Promise<number> {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
