// A driver without a database, whose connections fail when a test says so: the pool's own logic is tested on it.
import type { Command, CommandResult, DriverConnection, TransactionStatus } from '../../src/dialect/contract/driver.ts'
import { DriverError } from '../../src/dialect/contract/driver.ts'

export class FakeConnection implements DriverConnection {
  readonly serverSettings = new Map<string, string>()
  readonly processId: number
  transactionStatus: TransactionStatus = 'idle'
  flights = 0
  sent: string[] = []
  closed: 'politely' | 'cut' | null = null
  leaving = false
  /** What the next commands do instead of succeeding. */
  behaviour: 'answer' | 'refuse' | 'hang' = 'answer'
  #reason: Error | null = null
  #listeners: ((reason: Error | null) => void)[] = []

  constructor(processId: number) {
    this.processId = processId
  }

  running = false

  async run(commands: readonly Command[]): Promise<CommandResult[]> {
    if (this.running) throw new DriverError('it runs something already', { sent: false })
    this.running = true
    try {
      return await this.#run(commands)
    } finally {
      this.running = false
    }
  }

  async #run(commands: readonly Command[]): Promise<CommandResult[]> {
    this.flights += 1
    this.sent.push(...commands.map((command) => command.statement.sql))
    if (this.behaviour === 'hang')
      await new Promise<void>((_, reject) => this.onceClosed(() => reject(new DriverError('cut'))))
    if (this.behaviour === 'refuse' || this.transactionStatus === 'lost') throw new DriverError('refused')
    if (commands.some((command) => command.statement.sql === 'ROLLBACK')) this.transactionStatus = 'idle'
    return commands.map(() => ({ rows: [], columns: null, tag: 'OK', rowCount: null }))
  }

  keepProcess: (keep: boolean) => void = () => {}

  onceClosed(listener: (reason: Error | null) => void): void {
    if (this.closed === null) this.#listeners.push(listener)
    else listener(this.#reason)
  }

  onNotice(): void {}

  /** What happens when the server or the network cuts the connection. */
  die(): void {
    this.#end('cut', new Error('the network'))
  }

  async close(): Promise<void> {
    this.leaving = true
    await Promise.resolve()
    this.#end('politely', null)
  }

  terminate(): void {
    this.#end('cut', null)
  }

  #end(how: 'politely' | 'cut', reason: Error | null): void {
    if (this.closed !== null) return
    this.closed = how
    this.#reason = reason
    this.transactionStatus = 'lost'
    for (const listener of this.#listeners.splice(0)) listener(reason)
  }
}

export class FakeDriver {
  readonly connections: FakeConnection[] = []
  /** What connecting does. */
  behaviour: 'open' | 'refuse' | 'busy' | 'hang' = 'open'
  attempts = 0
  #hanging: (() => void)[] = []

  async connect(): Promise<DriverConnection> {
    this.attempts += 1
    if (this.behaviour === 'hang') await new Promise<void>((resolve) => this.#hanging.push(resolve))
    if (this.behaviour === 'refuse') throw new DriverError('the server is down', { disconnected: true })
    if (this.behaviour === 'busy')
      throw new DriverError('too many connections', { refusedForNow: true, disconnected: true })
    const connection = new FakeConnection(this.connections.length + 1)
    this.connections.push(connection)
    return connection
  }

  /** Lets the connects that hang go on, with what connecting does now. */
  goOn(): void {
    for (const resolve of this.#hanging.splice(0)) resolve()
  }

  /** Sets those that hang at present apart: what it gives lets them go on. */
  held(): () => void {
    const held = this.#hanging.splice(0)
    return () => {
      for (const resolve of held) resolve()
    }
  }

  get open(): FakeConnection[] {
    return this.connections.filter((connection) => connection.closed === null)
  }
}
