// Installs the packed library in an empty project and runs a decorator model there under the compilers that consumers use.
//
// `node test/consumer/run.mjs [word...]` runs the cells whose name holds all the words; without any, all of them.

import { spawn } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const here = fileURLToPath(new URL('.', import.meta.url))
const root = fileURLToPath(new URL('../..', import.meta.url))
const requireHere = createRequire(import.meta.url)

/**
 * @typedef {object} Cell
 * @property {'tsc 7' | 'tsc 5.9' | 'tsx' | 'swc' | 'vite' | 'esbuild'} tool
 * @property {'legacy' | 'standard'} decorators
 * @property {boolean} define `useDefineForClassFields`
 * @property {boolean} metadata whether the compiler tells properties' types, so that the inferred model runs too
 */

/** @type {Pick<Cell, 'tool' | 'decorators' | 'metadata'>[]} */
const COMPILERS = [
  { tool: 'tsc 7', decorators: 'legacy', metadata: true },
  { tool: 'tsc 7', decorators: 'standard', metadata: false },
  { tool: 'tsc 5.9', decorators: 'legacy', metadata: true },
  { tool: 'tsc 5.9', decorators: 'standard', metadata: false },
  { tool: 'tsx', decorators: 'legacy', metadata: false },
  { tool: 'tsx', decorators: 'standard', metadata: false },
  { tool: 'swc', decorators: 'legacy', metadata: true },
  { tool: 'swc', decorators: 'standard', metadata: false },
  // Vite's transform leaves standard decorators as they are, and no engine runs them yet.
  { tool: 'vite', decorators: 'legacy', metadata: true },
  { tool: 'esbuild', decorators: 'legacy', metadata: false },
  { tool: 'esbuild', decorators: 'standard', metadata: false },
]
/** @type {Cell[]} */
const CELLS = COMPILERS.flatMap((compiler) => [true, false].map((define) => ({ ...compiler, define })))

/** What each model prints. */
const EXPECTED = {
  'main.ts': `2
leo
no own properties null true
1 ed ed@example.com
edward
`,
  'inferred.ts': `1 write true 1970-01-01T00:00:00.000Z
`,
}

/** The checks that are none of compilers, by name. */
const CHECKS = { 'sqlite without its peer': checkPeer, 'CommonJS: require()': checkRequire }

/** Without the settings of the npm that may have started this: `npm run --silent` would silence the reasons of failures too. */
const env = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !/^npm_(config|lifecycle|package)_/.test(name)),
)

/** @param {Cell} cell */
const nameOf = ({ tool, decorators, define }) => `${tool}, ${decorators} decorators, useDefineForClassFields ${define}`

const words = process.argv.slice(2)
const chosen = CELLS.filter((cell) => words.every((word) => nameOf(cell).includes(word)))
const project = mkdtempSync(join(tmpdir(), 'tsalchemy-consumer-'))
process.on('exit', () => rmSync(project, { recursive: true, force: true }))
for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) process.on(signal, () => process.exit(1))

await installTools()
await installLibrary()
let failed = 0
const queue = [...chosen]
await Promise.all(Array.from({ length: Math.min(4, availableParallelism()) }, work))
const checks = Object.entries(CHECKS).filter(([name]) => words.every((word) => name.includes(word)))
for (const [name, check] of checks) await passes(name, check)
const all = chosen.length + checks.length
console.log(`${all - failed} passed, ${failed} failed`)
process.exitCode = failed > 0 || all === 0 ? 1 : 0

async function work() {
  for (let cell = queue.shift(); cell !== undefined; cell = queue.shift()) {
    const current = cell
    await passes(nameOf(current), () => runCell(current))
  }
}

/**
 * @param {string} name
 * @param {() => Promise<void>} check
 */
async function passes(name, check) {
  const started = performance.now()
  try {
    await check()
    console.log(`passed: ${name} (${((performance.now() - started) / 1000).toFixed(1)} s)`)
  } catch (error) {
    failed += 1
    console.log(`FAILED: ${name}\n${error instanceof Error ? error.message : error}`)
  }
}

/** The peer of SQLite is asked for when an engine wants it, and who lacks it is told what to do. */
async function checkPeer() {
  const script = join(project, 'sqlite.mjs')
  cpSync(join(here, 'model/sqlite.mjs'), script)
  const output = await run(process.execPath, [script], project)
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  const isBuiltIn = major > 22 || (major === 22 && minor >= 16)
  const expected = `OperationalError: better-sqlite3 cannot be loaded: run \`npm install better-sqlite3\`
${isBuiltIn ? '2' : 'OperationalError: no library for SQLite is there: run `npm install better-sqlite3`, or use Node.js 22.16 or newer, which has node:sqlite'}
`
  if (output !== expected) throw new Error(`sqlite.mjs printed:\n${output}instead of:\n${expected}`)
}

/** A program that is no module of ECMAScript, without a word of warning. */
async function checkRequire() {
  const script = join(project, 'required.cjs')
  cpSync(join(here, 'model/required.cjs'), script)
  const output = await run(process.execPath, ['--throw-deprecation', script], project)
  if (output !== '2 function function\n') throw new Error(`required.cjs printed:\n${output}`)
}

/** @param {Cell} cell */
async function runCell(cell) {
  const folder = join(project, nameOf(cell).replaceAll(/[^a-z0-9]+/g, '-'))
  const models = /** @type {(keyof typeof EXPECTED)[]} */ (cell.metadata ? ['main.ts', 'inferred.ts'] : ['main.ts'])
  mkdirSync(folder)
  for (const model of models) cpSync(join(here, 'model', model), join(folder, model))
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ type: 'module', private: true }))
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(tsconfig(cell)))
  const typescript =
    cell.tool === 'tsc 5.9' ? requireHere.resolve('typescript/bin/tsc') : join(root, 'node_modules/typescript/bin/tsc')
  await run(process.execPath, [typescript, '-p', folder], folder)
  for (const model of models) {
    const output = await run(process.execPath, await compile(cell, folder, model), folder)
    if (output !== EXPECTED[model]) throw new Error(`${model} printed:\n${output}instead of:\n${EXPECTED[model]}`)
  }
}

/** @param {Cell} cell */
function tsconfig({ decorators, define }) {
  const legacy = { experimentalDecorators: true, emitDecoratorMetadata: true }
  return {
    compilerOptions: {
      target: 'ES2022',
      module: 'NodeNext',
      outDir: 'out',
      rootDir: '.',
      strict: true,
      exactOptionalPropertyTypes: true,
      skipLibCheck: false,
      types: ['node'],
      useDefineForClassFields: define,
      ...(decorators === 'legacy' ? legacy : {}),
    },
    include: ['*.ts'],
  }
}

/**
 * Makes a model runnable; returns node's arguments.
 * @param {Cell} cell
 * @param {string} folder
 * @param {string} model
 * @returns {Promise<string[]>}
 */
async function compile({ tool, decorators, define }, folder, model) {
  const script = model.replace('.ts', '.js')
  if (tool === 'tsx')
    return ['--import', pathToFileURL(createRequire(join(root, 'package.json')).resolve('tsx')).href, model]
  if (tool === 'swc') {
    // Not a literal: the package is the consumers' own and not there when this file is type-checked.
    const name = '@swc/core'
    /** @type {{ transformFile(file: string, options: object): Promise<{ code: string }> }} */
    const swc = await import(name)
    const { code } = await swc.transformFile(join(folder, model), {
      swcrc: false,
      module: { type: 'nodenext' },
      jsc: {
        target: 'es2022',
        parser: { syntax: 'typescript', decorators: true },
        transform: {
          useDefineForClassFields: define,
          legacyDecorator: decorators === 'legacy',
          decoratorMetadata: decorators === 'legacy',
          ...(decorators === 'standard' ? { decoratorVersion: '2022-03' } : {}),
        },
      },
    })
    writeFileSync(join(folder, script), code)
    return [script]
  }
  if (tool === 'vite') {
    const { build } = await import('vite')
    await build({
      root: folder,
      configFile: false,
      logLevel: 'error',
      // Bundled with the library, so that what a bundler drops as unused shows.
      ssr: { noExternal: true, external: ['pg', 'pg-pool', '@electric-sql/pglite'] },
      build: {
        ssr: model,
        outDir: 'out-vite',
        emptyOutDir: false,
        target: 'node20',
        rolldownOptions: { output: { entryFileNames: script } },
      },
    })
    return [join('out-vite', script)]
  }
  if (tool === 'esbuild') {
    const { build } = await import('esbuild')
    const bundle = `bundle-${script}`
    await build({
      absWorkingDir: folder,
      entryPoints: [model],
      outfile: bundle,
      bundle: true,
      platform: 'node',
      target: 'node20',
      format: 'esm',
      minify: true,
      keepNames: true,
      // With all that it needs, as a function of a cloud is uploaded; pg calls require().
      external: ['@electric-sql/pglite', 'better-sqlite3', 'pg-native'],
      banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url)" },
      logLevel: 'error',
    })
    return [bundle]
  }
  return [join('out', script)]
}

/** The compilers that only consumers use, exactly as locked. */
async function installTools() {
  const locked = JSON.parse(readFileSync(join(here, 'package-lock.json'), 'utf8')).packages
  const missing = Object.keys(JSON.parse(readFileSync(join(here, 'package.json'), 'utf8')).devDependencies).some(
    (name) => {
      try {
        const path = `node_modules/${name}`
        return JSON.parse(readFileSync(join(here, path, 'package.json'), 'utf8')).version !== locked[path].version
      } catch {
        return true
      }
    },
  )
  if (missing) await npm(['ci', '--ignore-scripts'], here)
}

async function installLibrary() {
  await npm(['pack', '--pack-destination', project], root)
  const tarball = readdirSync(project).find((file) => file.endsWith('.tgz'))
  const locked = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages
  const dependencies = Object.fromEntries(
    ['@electric-sql/pglite', '@types/node'].map((name) => [name, locked[`node_modules/${name}`].version]),
  )
  writeFileSync(
    join(project, 'package.json'),
    JSON.stringify({
      name: 'consumer',
      private: true,
      type: 'module',
      dependencies: { ...dependencies, tsalchemy: `file:${tarball}` },
    }),
  )
  await npm(
    ['install', '--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund', '--no-package-lock'],
    project,
  )
}

/**
 * @param {string[]} args
 * @param {string} cwd
 */
function npm(args, cwd) {
  return process.platform === 'win32' ? run('npm.cmd', args, cwd, true) : run('npm', args, cwd)
}

/**
 * Runs a program to its end; what it prints on standard output is the result.
 * @param {string} command
 * @param {string[]} args
 * @param {string} cwd
 * @returns {Promise<string>}
 */
function run(command, args, cwd, shell = false) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, shell, env, stdio: ['ignore', 'pipe', 'pipe'], timeout: 300_000 })
    let output = ''
    let all = ''
    child.stdout.on('data', (chunk) => {
      output += chunk
      all += chunk
    })
    child.stderr.on('data', (chunk) => {
      all += chunk
    })
    child.once('error', reject)
    child.once('close', (code, signal) => {
      if (code === 0) resolve(output)
      else reject(new Error(`${[command, ...args].join(' ')} ended with ${signal ?? code}:\n${all}`))
    })
  })
}
