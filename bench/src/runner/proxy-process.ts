// Starts the proxy that adds a millisecond each way.

import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

const PROXY = fileURLToPath(new URL('./proxy.js', import.meta.url))

export interface Proxy {
  /** The database's URL with the proxy in place of the server. */
  readonly url: string
  stop(): void
}

export async function startProxy(databaseUrl: string): Promise<Proxy> {
  const url = new URL(databaseUrl)
  const child = fork(PROXY, [url.hostname, url.port || '5432'], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
  const [port] = await once(child, 'message')
  url.hostname = '127.0.0.1'
  url.port = String(port)
  return {
    url: url.href,
    stop: () => {
      child.kill()
    },
  }
}
