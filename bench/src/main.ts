// The benchmark's command: starts a server and the proxy, measures, prints.

import { writeFile } from 'node:fs/promises'
import { cpus } from 'node:os'
import pg from 'pg'
import { registry } from './contenders/registry.ts'
import { createDataset, dropDataset } from './dataset.ts'
import { help, type Options, readOptions, UsageError } from './options.ts'
import { toJson } from './report/json.ts'
import { type Circumstances, report } from './report/report.ts'
import { median } from './report/statistics.ts'
import { buildLibrary } from './runner/library.ts'
import type { BenchOutcome, Problem } from './runner/outcome.ts'
import { startProxy } from './runner/proxy-process.ts'
import { Bench } from './runner/rounds.ts'
import { startServer } from './runner/server.ts'

const DATA_SEED = 1_970_01

const started = performance.now()

function log(line: string): void {
  process.stderr.write(`${((performance.now() - started) / 1000).toFixed(1).padStart(6)} s  ${line}\n`)
}

/** What has to be ended, in reverse order, however the run ends. */
const cleanups: (() => Promise<void> | void)[] = []

async function cleanUp(): Promise<void> {
  for (let next = cleanups.pop(); next !== undefined; next = cleanups.pop()) {
    try {
      await next()
    } catch (error) {
      log(`cleaning up: ${error instanceof Error ? error.message : error}`)
    }
  }
}

async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url })
  // Whoever waits for an answer gets the error; an idle client has nobody to tell.
  client.on('error', () => undefined)
  await client.connect()
  cleanups.push(() => client.end())
  return client
}

async function roundTrip(client: pg.Client): Promise<number> {
  const times: number[] = []
  for (let trial = 0; trial < 60; trial++) {
    const before = performance.now()
    await client.query({ name: 'nothing', text: 'SELECT 1' })
    times.push((performance.now() - before) / 1000)
  }
  return median(times)
}

/** The contenders that can be loaded, and why the others cannot. */
async function prepareLibrary(options: Options): Promise<{ contenders: string[]; problems: Problem[] }> {
  const needing = options.contenders.filter((name) => registry.get(name)?.needsLibrary === true)
  if (needing.length === 0 || !options.build) return { contenders: [...options.contenders], problems: [] }
  log('building tsalchemy')
  const failure = await buildLibrary()
  if (failure === null) return { contenders: [...options.contenders], problems: [] }
  log(`PROBLEM ${failure}`)
  return {
    contenders: options.contenders.filter((name) => !needing.includes(name)),
    problems: [{ contender: needing.join(' and '), where: 'building the library', message: failure }],
  }
}

async function measure(options: Options): Promise<{ outcome: BenchOutcome; circumstances: Circumstances }> {
  const library = await prepareLibrary(options)
  const server = await startServer()
  cleanups.push(() => server.stop())
  const proxy = await startProxy(server.url)
  cleanups.push(() => proxy.stop())
  const client = await connect(server.url)
  log(`PostgreSQL from ${server.origin} is up, filling the tables`)
  // A contender that leaves a transaction open must not stop everything for ever.
  await client.query(`SET lock_timeout = '20s'`)
  await createDataset(client, DATA_SEED)
  cleanups.push(() => dropDataset(client))
  const version = await client.query<[string]>({ text: 'SHOW server_version', rowMode: 'array' })
  const processors = cpus()
  const circumstances = {
    node: process.version.slice(1),
    postgresql: version.rows[0]?.[0] ?? '?',
    server: server.origin,
    processors: `${processors.length} × ${processors[0]?.model.trim() ?? 'processor'}`,
    rounds: options.rounds,
    roundTrip: { direct: await roundTrip(client), delayed: await roundTrip(await connect(proxy.url)) },
  }
  const bench = new Bench(options, client, log)
  cleanups.push(() => bench.stop())
  const outcome = await bench.run(library.contenders, { direct: server.url, delayed: proxy.url })
  return { outcome: { ...outcome, problems: [...library.problems, ...outcome.problems] }, circumstances }
}

async function main(): Promise<number> {
  const options = readOptions(process.argv.slice(2))
  if (options.help) {
    process.stdout.write(help())
    return 0
  }
  const { outcome, circumstances } = await measure(options)
  if (options.json !== null) await writeFile(options.json, toJson(outcome, circumstances))
  process.stdout.write(`\n${report(outcome, options.contenders, circumstances)}`)
  return outcome.problems.length === 0 ? 0 : 1
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, async () => {
    await cleanUp()
    process.exit(130)
  })
}

async function mainAndCleanUp(): Promise<number> {
  try {
    return await main()
  } catch (error) {
    if (error instanceof UsageError) {
      process.stderr.write(`${error.message}\nTry --help.\n`)
      return 2
    }
    process.stderr.write(`${error instanceof Error ? error.stack : error}\n`)
    return 1
  } finally {
    await cleanUp()
  }
}

process.exitCode = await mainAndCleanUp()
