// Builds tsalchemy from the sources around this folder, so that never an older build is measured.

import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../../../', import.meta.url))

/** Installs what the build needs, if it is missing, and builds. Gives the end of the output when that fails, null when all is well. */
export async function buildLibrary(): Promise<string | null> {
  if (!existsSync(`${ROOT}node_modules`)) {
    const failure = await npm('ci')
    if (failure !== null) return failure
  }
  return npm('run', 'build')
}

function npm(...command: readonly string[]): Promise<string | null> {
  const name = `npm ${command.join(' ')}`
  return new Promise((resolve) => {
    const child = spawn('npm', command, {
      cwd: ROOT,
      stdio: ['ignore', 'pipe', 'pipe'],
      shell: process.platform === 'win32',
    })
    const lines: string[] = []
    const collect = (chunk: Buffer) => lines.push(chunk.toString())
    child.stdout.on('data', collect)
    child.stderr.on('data', collect)
    child.on('error', (error) => resolve(`${name}: ${error.message}`))
    child.on('exit', (code) =>
      resolve(code === 0 ? null : `${name} failed in the repository's root:\n${tail(lines.join(''))}`),
    )
  })
}

function tail(output: string): string {
  return output.trimEnd().split('\n').slice(-12).join('\n')
}
