// Bundled and minified without `keepNames`, errors still say what they are.
import { build } from 'esbuild'
import { expect, test } from 'vitest'
import * as databaseErrors from '../../src/database-errors.ts'
import { DriverError } from '../../src/dialect/contract/driver.ts'
import * as errors from '../../src/errors.ts'
import * as ormErrors from '../../src/orm/errors.ts'

const CLASSES: Readonly<Record<string, unknown>> = { ...errors, ...databaseErrors, ...ormErrors }

const ENTRY = `
export * from './src/errors.ts'
export * from './src/database-errors.ts'
export * from './src/orm/errors.ts'
export { DriverError } from './src/dialect/contract/driver.ts'
export const sameClass = class LongInternalName {}.name
`

interface Bundle {
  readonly sameClass: string
  readonly [name: string]: unknown
}

async function bundled(): Promise<Bundle> {
  const { outputFiles } = await build({
    stdin: { contents: ENTRY, resolveDir: process.cwd(), loader: 'ts' },
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    platform: 'node',
    target: 'node20',
  })
  const text = outputFiles[0]?.text ?? ''
  return (await import(`data:text/javascript,${encodeURIComponent(text)}`)) as Bundle
}

test('every class of errors has its name', async () => {
  const bundle = await bundled()
  // Or this test would tell nothing.
  expect(bundle.sameClass).not.toBe('LongInternalName')
  const names = Object.keys(CLASSES).filter((name) => typeof CLASSES[name] === 'function' && /^[A-Z]/.test(name))
  expect(names.length).toBeGreaterThan(70)
  expect(names.map((name) => (bundle[name] as { readonly name: string }).name)).toEqual(names)
  const error = new (bundle.ArgumentError as new (message: string) => Error)('wrong')
  expect(error).toMatchObject({ name: 'ArgumentError', code: 'argument-error', message: 'wrong' })
  expect(String(error)).toBe('ArgumentError: wrong')
  expect(new (bundle.DriverError as new (message: string) => Error)('gone').name).toBe('DriverError')
})

test('classes derived from them have names of their own', () => {
  class OutOfStock extends errors.InvalidRequestError {}
  const Renamed = class extends errors.InvalidRequestError {
    static override readonly name = 'Renamed'
  }
  expect(new OutOfStock('none left')).toMatchObject({ name: 'OutOfStock', code: 'invalid-request' })
  expect(new Renamed('x').name).toBe('Renamed')
  expect(new DriverError('x').name).toBe('DriverError')
})
