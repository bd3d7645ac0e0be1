// One PostgreSQL server for a whole test run, started when the first test file asks for it and gone with the run.

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { TestProject } from 'vitest/node'
import { prepareDirectory } from './prepared-directory.ts'
import { chosenTransport, planTransport } from './transport.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    /** Where `test/support/server.ts` asks for the URL of the run's server. */
    serverDesk: string
  }
}

const PROGRAM = fileURLToPath(new URL('postgres-server.mjs', import.meta.url))

/** Runs in Vitest's main process before the first test file; the returned function runs behind the last. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  // What libpq's variables say of the database of whoever runs the tests would complete the URLs here.
  for (const name of Object.keys(process.env)) if (name.startsWith('PG')) delete process.env[name]
  await prepareDirectory()
  let server: Promise<{ url: string; stop: () => Promise<void> }> | undefined
  const desk = createServer(async (_request, response) => {
    try {
      server ??= startServer()
      response.end((await server).url)
    } catch (error) {
      response.writeHead(500).end(String(error))
    }
  })
  desk.listen(0, '127.0.0.1')
  await once(desk, 'listening')
  project.provide('serverDesk', `http://127.0.0.1:${(desk.address() as AddressInfo).port}`)
  return async () => {
    desk.close()
    desk.closeAllConnections()
    if (server !== undefined) await (await server).stop()
  }
}

async function startServer(): Promise<{ url: string; stop: () => Promise<void> }> {
  const given = process.env.DATABASE_URL
  if (given) return { url: given, stop: async () => {} }
  const transport = planTransport(chosenTransport())
  const settings = Object.entries(transport.settings).map(([name, value]) => `${name}=${value}`)
  // Detached, so that ^C reaches it as the end of its input, after the tests let go of it, and not as a signal.
  const child = spawn(process.execPath, [PROGRAM, ...settings], { detached: true, stdio: ['pipe', 'pipe', 'pipe'] })
  let complaints = ''
  child.stderr.on('data', (chunk) => {
    complaints += chunk
  })
  const url = await Promise.race([
    once(createInterface(child.stdout), 'line').then(([line]) => String(line)),
    once(child, 'exit').then(([code]) => {
      throw new Error(`The test server ended with code ${code}. ${complaints}`)
    }),
  ])
  return {
    url: transport.url(url),
    async stop() {
      await stop(child)
      transport.end()
    },
  }
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = once(child, 'exit')
  child.stdin?.end()
  await gone
}
