// The runner's end of a contender's process.

import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Reply, Request } from './messages.ts'

const WORKER = fileURLToPath(new URL('./worker.js', import.meta.url))

/** A request that takes longer has hung. */
const PATIENCE_MS = 120_000

type Answer<K extends Request['kind']> = Extract<
  Reply,
  { kind: K extends 'setup' ? 'ready' : K extends 'run' ? 'measured' : 'finished' }
>

export class WorkerHandle {
  readonly #process: ChildProcess
  #settle: ((reply: Reply) => void) | null = null
  #gone: string | null = null

  constructor() {
    this.#process = fork(WORKER, [], {
      execArgv: ['--expose-gc'],
      env: { ...process.env, NODE_ENV: 'production', TZ: 'UTC' },
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    })
    this.#process.on('message', (reply: Reply) => this.#answer(reply))
    this.#process.on('exit', (code, signal) => {
      this.#gone ??= `the process ended with ${signal ?? code}`
      this.#answer({ kind: 'failed', message: this.#gone })
    })
    this.#process.on('error', (error) => this.#answer({ kind: 'failed', message: error.message }))
  }

  /** Whether the process still answers. */
  get alive(): boolean {
    return this.#gone === null
  }

  /** Asks and waits. Throws what the contender failed with. One request at a time. */
  async ask<R extends Request>(request: R): Promise<Answer<R['kind']>> {
    if (this.#gone !== null) throw new Error(this.#gone)
    const reply = await new Promise<Reply>((resolve) => {
      const timer = setTimeout(() => {
        this.kill(`no answer within ${PATIENCE_MS / 1000} s`)
      }, PATIENCE_MS)
      this.#settle = (answer) => {
        clearTimeout(timer)
        resolve(answer)
      }
      this.#process.send(request)
    })
    if (reply.kind === 'failed') throw new Error(reply.message)
    return reply as Answer<R['kind']>
  }

  kill(reason = 'the process was ended'): void {
    this.#gone ??= reason
    this.#process.kill('SIGKILL')
  }

  #answer(reply: Reply): void {
    this.#settle?.(reply)
    this.#settle = null
  }
}
