// Runs the cells: every contender is verified first, then all are timed in rounds, each round in another order, some rounds in each process.

import type pg from 'pg'
import type { Cell, CellName, Link } from '../cells/contract.ts'
import { cells } from '../cells/index.ts'
import { FLOOR } from '../contenders/registry.ts'
import type { Options } from '../options.ts'
import type { Measurement } from './messages.ts'
import type { BenchOutcome, CellOutcome, Outcome, Problem } from './outcome.ts'
import { compare, type Proof, prove, refuseOpenTransactions } from './verify.ts'
import { WorkerHandle } from './worker-handle.ts'

const SEED = 20_261_120

interface Place {
  readonly cell: Cell
  readonly link: Link
}

/** What has been measured of a cell so far. */
interface Tally {
  readonly place: Place
  /** How it ended, of those who have failed or were not timed. */
  readonly outcomes: Map<string, Outcome>
  readonly runs: Map<string, Measurement[]>
  readonly verified: Set<string>
}

interface Seat {
  readonly name: string
  worker: WorkerHandle
  readonly tasks: readonly CellName[]
}

export class Bench {
  readonly #options: Options
  readonly #client: pg.Client
  readonly #log: (line: string) => void
  readonly #problems: Problem[] = []
  readonly #peakBytes = new Map<string, number>()
  readonly #workers = new Set<WorkerHandle>()

  constructor(options: Options, client: pg.Client, log: (line: string) => void) {
    this.#options = options
    this.#client = client
    this.#log = log
  }

  /** Measures `contenders` on the direct link, then on the delayed one. Throws only when the floor itself fails. */
  async run(
    contenders: readonly string[],
    urls: Readonly<Record<'direct' | 'delayed', string>>,
  ): Promise<BenchOutcome> {
    const outcomes: CellOutcome[] = []
    for (const [url, links] of [
      [urls.direct, ['none', 'direct']],
      [urls.delayed, ['delayed']],
    ] as const) {
      const tallies = this.#places(links).map(
        (place): Tally => ({ place, outcomes: new Map(), runs: new Map(), verified: new Set() }),
      )
      if (tallies.length === 0) continue
      const { rounds, processes } = this.#options
      for (let process = 0; process < processes; process++) {
        const from = Math.floor((rounds * process) / processes)
        const to = Math.floor((rounds * (process + 1)) / processes)
        if (from === to) continue
        const seats = await this.#seat(contenders, url)
        for (const tally of tallies) await this.#measure(tally, seats, url, from, to)
        for (const seat of seats) await this.#release(seat)
      }
      outcomes.push(...tallies.map((tally) => this.#outcome(tally)))
    }
    return { cells: outcomes, problems: this.#problems, peakBytes: this.#peakBytes }
  }

  /** Ends every process that still runs. */
  stop(): void {
    for (const worker of this.#workers) worker.kill()
  }

  #places(links: readonly Link[]): Place[] {
    return links.flatMap((link) =>
      Object.values(cells as Record<CellName, Cell>).flatMap((cell) => {
        const size = cell.sizes[link]
        return size === undefined || !this.#options.wants(cell.name, link) ? [] : [{ cell, link }]
      }),
    )
  }

  /** Starts a process for each contender; one that does not load is reported and left out. */
  async #seat(contenders: readonly string[], url: string): Promise<Seat[]> {
    const seats: Seat[] = []
    for (const name of contenders) {
      const worker = this.#start()
      try {
        const { cells: tasks } = await worker.ask({ kind: 'setup', contender: name, url })
        seats.push({ name, worker, tasks })
      } catch (error) {
        worker.kill()
        this.#report(name, 'loading', error)
      }
    }
    return seats
  }

  #start(): WorkerHandle {
    const worker = new WorkerHandle()
    this.#workers.add(worker)
    return worker
  }

  async #release(seat: Seat): Promise<void> {
    try {
      const { peakBytes } = await seat.worker.ask({ kind: 'teardown' })
      this.#peakBytes.set(seat.name, Math.max(peakBytes, this.#peakBytes.get(seat.name) ?? 0))
    } catch (error) {
      this.#report(seat.name, 'teardown', error)
    }
    seat.worker.kill()
  }

  /** Times the rounds from `from` to before `to`; a contender that has failed takes no further part in the cell. */
  async #measure(tally: Tally, seats: readonly Seat[], url: string, from: number, to: number): Promise<void> {
    const { place, outcomes } = tally
    const { cell, link } = place
    for (const { name, tasks } of seats) if (!tasks.includes(cell.name)) outcomes.set(name, { status: 'absent' })
    const present = seats.filter(({ name }) => !outcomes.has(name))
    const verified = await this.#verify(place, present, outcomes, url)
    for (const { name } of verified) tally.verified.add(name)
    const timed = verified.filter(({ name }) => cell.floorIsTimed || name !== FLOOR)
    this.#log(`${cell.name} ${link}: ${verified.length} of ${present.length} agree, rounds ${from + 1} to ${to}`)
    for (let round = from - this.#options.warmups; round < to; round++) {
      for (const seat of rotate(timed, round)) {
        if (outcomes.get(seat.name)?.status === 'failed') continue
        const measurement = await this.#once(place, seat, SEED + 1 + round, outcomes, url)
        if (measurement === null || round < from) continue
        const runs = tally.runs.get(seat.name) ?? []
        runs.push(measurement)
        tally.runs.set(seat.name, runs)
      }
    }
  }

  #outcome({ place, outcomes, runs, verified }: Tally): CellOutcome {
    for (const name of verified) {
      if (outcomes.has(name)) continue
      const measured = runs.get(name)
      outcomes.set(name, measured === undefined ? { status: 'verified' } : { status: 'measured', runs: measured })
    }
    return { cell: place.cell.name, link: place.link, rounds: this.#options.rounds, outcomes }
  }

  /** Those whose result and effect are the floor's. */
  async #verify(place: Place, seats: readonly Seat[], outcomes: Map<string, Outcome>, url: string): Promise<Seat[]> {
    const agreeing: Seat[] = []
    let expected: Proof | null = null
    for (const seat of seats) {
      try {
        const proof = await this.#prove(place, seat)
        expected ??= proof
        const difference = compare(expected, proof)
        if (difference === null) agreeing.push(seat)
        else {
          outcomes.set(seat.name, { status: 'wrong', message: difference })
          this.#report(seat.name, `${place.cell.name} ${place.link}`, difference)
        }
      } catch (error) {
        await this.#fail(place, seat, error, outcomes, url)
      }
      if (seat.name === FLOOR && agreeing.length === 0) throw new Error(this.#problems.at(-1)?.message)
    }
    return agreeing
  }

  async #prove(place: Place, seat: Seat): Promise<Proof> {
    await this.#reset(place.cell)
    const { evidence } = await seat.worker.ask({
      kind: 'run',
      cell: place.cell.name,
      link: place.link,
      seed: SEED,
      verify: true,
    })
    if (evidence === null) throw new Error('no evidence came back')
    await refuseOpenTransactions(this.#client)
    return prove(this.#client, place.cell, evidence)
  }

  async #once(
    place: Place,
    seat: Seat,
    seed: number,
    outcomes: Map<string, Outcome>,
    url: string,
  ): Promise<Measurement | null> {
    try {
      await this.#reset(place.cell)
      const request = { kind: 'run', cell: place.cell.name, link: place.link, seed, verify: false } as const
      return (await seat.worker.ask(request)).measurement
    } catch (error) {
      await this.#fail(place, seat, error, outcomes, url)
      if (seat.name === FLOOR) throw error
      return null
    }
  }

  async #reset(cell: Cell): Promise<void> {
    for (const statement of cell.reset) await this.#client.query(statement)
  }

  /** Notes the failure; a contender whose process is gone, or may hold locks, starts anew for the next cell. */
  async #fail(place: Place, seat: Seat, error: unknown, outcomes: Map<string, Outcome>, url: string): Promise<void> {
    const message = text(error)
    outcomes.set(seat.name, { status: 'failed', message })
    this.#report(seat.name, `${place.cell.name} ${place.link}`, message)
    seat.worker.kill()
    seat.worker = this.#start()
    try {
      await seat.worker.ask({ kind: 'setup', contender: seat.name, url })
    } catch (again) {
      this.#report(seat.name, 'loading again', again)
    }
  }

  #report(contender: string, where: string, error: unknown): void {
    const message = text(error)
    this.#problems.push({ contender, where, message })
    this.#log(`PROBLEM ${contender}, ${where}: ${message}`)
  }
}

function text(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** Every round another contender goes first, so that none always follows the same neighbour's disturbance. */
function rotate<T>(list: readonly T[], by: number): T[] {
  if (list.length === 0) return []
  const start = ((by % list.length) + list.length) % list.length
  return [...list.slice(start), ...list.slice(0, start)]
}
