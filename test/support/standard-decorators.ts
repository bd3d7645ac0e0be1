// Lowers standard (TC39) decorators in files named `*.standard.ts` or `*.standard.test.ts`; Vite's own transform knows only legacy ones.

import { transform } from 'esbuild'
import type { Plugin } from 'vite'

const STANDARD = /\.standard(\.test)?\.ts$/

/** The plugin; all other files are left to Vite. */
export function standardDecorators(): Plugin {
  return {
    name: 'standard-decorators',
    enforce: 'pre',
    async transform(code, id) {
      if (!STANDARD.test(id)) return null
      const result = await transform(code, {
        sourcefile: id,
        loader: 'ts',
        target: 'es2022',
        sourcemap: true,
        tsconfigRaw: {
          compilerOptions: { experimentalDecorators: false, useDefineForClassFields: true, verbatimModuleSyntax: true },
        },
      })
      return { code: result.code, map: result.map }
    },
  }
}
