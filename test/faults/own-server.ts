// A PostgreSQL server that belongs to one test file, which may stop, crash and start it.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const PROGRAM = fileURLToPath(new URL('../support/postgres-server.mjs', import.meta.url))

/** A server of one's own. */
export interface OwnServer {
  readonly url: string
  /** `fast` says goodbye to everybody, `immediate` does not, `kill` crashes it. Resolves when it is down. */
  stop(how: 'fast' | 'immediate' | 'kill'): Promise<void>
  /** Starts it again, on the same port. Resolves when it takes connections. */
  start(): Promise<void>
  /** Copies its data, while it is down, to a folder that is not there yet. */
  copyTo(folder: string): Promise<void>
  /** Stops it for good and removes its files. */
  end(): Promise<void>
}

/** Starts a server. @param settings of the server, over those of all test servers. */
export function startOwnServer(settings: Readonly<Record<string, string>> = {}): Promise<OwnServer> {
  return startProgram(settings)
}

/** Starts a standby of a server, on a copy of its data, which goes with it. */
export function startStandby(folder: string, primary: OwnServer): Promise<OwnServer> {
  return startProgram({ '--standby': folder, '--primary': primary.url })
}

async function startProgram(settings: Readonly<Record<string, string>>): Promise<OwnServer> {
  const pairs = Object.entries(settings).map(([name, value]) => `${name}=${value}`)
  const child = spawn(process.execPath, [PROGRAM, ...pairs], { detached: true, stdio: ['pipe', 'pipe', 'inherit'] })
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]()
  const next = async (): Promise<string> => {
    const { value, done } = await lines.next()
    if (done) throw new Error('The server of this test has ended')
    return value
  }
  const command = async (line: string): Promise<void> => {
    child.stdin.write(`${line}\n`)
    const answer = await next()
    if (answer !== 'done') throw new Error(`The server of this test answered ${line} with ${answer}`)
  }
  return {
    url: await next(),
    stop: (how) => command(`stop ${how}`),
    start: () => command('start'),
    copyTo: (folder) => command(`copy ${folder}`),
    end: () => end(child),
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = once(child, 'exit')
  child.stdin?.end()
  await gone
}
