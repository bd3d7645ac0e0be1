// Runs one of the programs in examples/ as its reader would, in a process of its own.
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { withSqlite } from '../support/node-options.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** How a program ended. */
export interface Outcome {
  readonly output: string
  readonly errors: string
  readonly exitCode: number | null
}

/**
 * Runs `examples/<name>.ts` on a database; a program that does not exit by itself within the time is killed, and its exit code is null.
 *
 * @param asArgument whether the URL stands behind the program, not in its environment.
 */
export function runProgram(name: string, url: string, timeoutMs = 60_000, asArgument = false): Promise<Outcome> {
  const { DATABASE_URL: _ignored, ...environment } = process.env
  const child = spawn(
    process.execPath,
    [
      'node_modules/tsx/dist/cli.mjs',
      '--tsconfig',
      'examples/tsconfig.json',
      `examples/${name}.ts`,
      ...(asArgument ? [url] : []),
    ],
    {
      cwd: root,
      env: { ...environment, DATABASE_URL: url, NO_COLOR: '1', NODE_OPTIONS: withSqlite },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  )
  const timer = setTimeout(() => child.kill('SIGKILL'), timeoutMs)
  let output = ''
  let errors = ''
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    output += chunk
  })
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    errors += chunk
  })
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (exitCode) => {
      clearTimeout(timer)
      resolve({ output, errors, exitCode })
    })
  })
}
