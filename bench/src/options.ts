// The command line: what may be asked, and the help that says so.

import { parseArgs } from 'node:util'
import type { CellName, Link } from './cells/contract.ts'
import { cellNames, cells } from './cells/index.ts'
import { FLOOR, registry } from './contenders/registry.ts'

const ROUNDS = 9
const QUICK_ROUNDS = 3
/** A process may be lucky or not, by what V8 has made of its code and where its memory lies: by up to a half on `load`. */
const PROCESSES = 3
/** By then V8 has optimised what the contenders do; see `README.md`. */
const WARMUPS = 16
const QUICK_WARMUPS = 8

export interface Options {
  readonly help: boolean
  readonly contenders: readonly string[]
  /** Whether the cell runs on the link. */
  wants(cell: CellName, link: Link): boolean
  readonly rounds: number
  /** In how many processes of each contender, one after the other, the rounds are run. */
  readonly processes: number
  /** Runs of every contender before the clock counts; the long cells get a share of them. */
  readonly warmups: number
  readonly json: string | null
  readonly build: boolean
}

/** What was asked cannot be done; the message says why. */
export class UsageError extends Error {}

export function readOptions(argv: readonly string[]): Options {
  const values = parse(argv)
  const quick = values.quick === true
  return {
    help: values.help === true,
    contenders: readContenders(values.contenders),
    wants: readCells(values.only),
    rounds: values.rounds === undefined ? (quick ? QUICK_ROUNDS : ROUNDS) : readRounds(values.rounds),
    processes: quick ? 1 : PROCESSES,
    warmups: quick ? QUICK_WARMUPS : WARMUPS,
    json: values.json ?? null,
    build: values['no-build'] !== true,
  }
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      strict: true,
      options: {
        help: { type: 'boolean', short: 'h' },
        only: { type: 'string' },
        contenders: { type: 'string' },
        rounds: { type: 'string' },
        quick: { type: 'boolean' },
        json: { type: 'string' },
        'no-build': { type: 'boolean' },
      },
    }).values
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error))
  }
}

/** The floor always takes part: everything else is a ratio to it. */
function readContenders(list: string | undefined): string[] {
  if (list === undefined) return [...registry].filter(([, entry]) => entry.byDefault).map(([name]) => name)
  const asked = split(list)
  for (const name of asked) {
    if (!registry.has(name))
      throw new UsageError(`no contender '${name}': there are ${[...registry.keys()].join(', ')}`)
  }
  return [...registry.keys()].filter((name) => name === FLOOR || asked.includes(name))
}

function readCells(list: string | undefined): Options['wants'] {
  if (list === undefined) return () => true
  const asked = split(list)
  const known = cellNames.flatMap((name) => [name, ...Object.keys(cells[name].sizes).map((link) => `${name}:${link}`)])
  for (const name of asked) {
    if (!known.includes(name)) throw new UsageError(`no cell '${name}': there are ${known.join(', ')}`)
  }
  return (cell, link) => asked.includes(cell) || asked.includes(`${cell}:${link}`)
}

function readRounds(text: string): number {
  const rounds = Number(text)
  if (!Number.isInteger(rounds) || rounds < 1)
    throw new UsageError(`--rounds wants a whole number from 1, not '${text}'`)
  return rounds
}

function split(list: string): string[] {
  return list
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '')
}

export function help(): string {
  const contenders = [...registry].map(([name, entry]) => `  ${name.padEnd(18)}${entry.about}`)
  const tasks = cellNames.map((name) => `  ${name.padEnd(18)}${cells[name].title}`)
  return `Usage: npm run bench -- [options]

Measures tsalchemy and its peers against raw pg. Tables on standard output, progress on standard error.

  --only a,b        only these cells; 'load' means it on every link, 'load:direct' and 'load:delayed' on one
  --contenders a,b  only these contenders; the floor always takes part
  --rounds n        rounds of every cell, ${ROUNDS} unless said
  --quick           ${QUICK_ROUNDS} rounds in one process instead of ${PROCESSES}, and half the warm-up
  --json file       writes every measurement to the file, too
  --no-build        takes the library's build as it lies in dist, instead of building it first
  --help            this text

DATABASE_URL names a server to use (tables bench_* are created and dropped); without it a PostgreSQL is started and thrown away.
Exits with 0 when all was measured, 1 when a contender failed or gave a wrong result, 2 when the options make no sense.

Cells (direct, and delayed: through a proxy that adds 1 ms each way)
${tasks.join('\n')}

Contenders
${contenders.join('\n')}
`
}
