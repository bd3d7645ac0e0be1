// Runs the tests once for each transport to the server besides TCP: a unix socket, and TLS with every check.
//
// `npm run test:transports -- <arguments of vitest>`; ends with an error when one of the runs does.
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const VITEST = fileURLToPath(new URL('../node_modules/vitest/vitest.mjs', import.meta.url))

let failed = false
for (const transport of ['unix', 'tls']) {
  console.log(`\n=== the tests over ${transport}`)
  const env = { ...process.env, TRANSPORT: transport }
  const { status } = spawnSync(process.execPath, [VITEST, 'run', ...process.argv.slice(2)], { env, stdio: 'inherit' })
  if (status !== 0) failed = true
}
process.exitCode = failed ? 1 : 0
