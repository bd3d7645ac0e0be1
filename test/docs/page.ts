// Turns a Markdown page into TypeScript programs whose lines stand where they stand in the page.
//
// The `ts` blocks of a page are one program, in order. Fences and prose become blank lines or calls of the block recorder,
// so that an error of the compiler or a stack trace names the page's own line.

import { type ESTree, parseSync } from 'vite'

/** A fenced block of a page. */
export interface Fence {
  readonly language: string
  /** The words behind the language: `standalone`, `no-run`. */
  readonly words: readonly string[]
  /** Zero-based line of the opening fence; the code begins on the next. */
  readonly line: number
  readonly lines: readonly string[]
}

/** What a block must have done when it has run. */
export interface Expectation {
  readonly kind: 'sql' | 'output'
  /** One-based line of the expectation in the page. */
  readonly line: number
  readonly text: string
}

/** A program of a page: all its blocks, or one marked `standalone`. */
export interface Program {
  /** Unique among the programs of a page. */
  readonly name: string
  readonly code: string
  /** By the number of the block in the page. */
  readonly expectations: ReadonlyMap<number, readonly Expectation[]>
  /** Whether any block of it is run. */
  readonly runs: boolean
}

/** What a page comes to. */
export interface Page {
  readonly programs: readonly Program[]
  /** Blocks that are type-checked only. */
  readonly notRun: number
}

/** Replaced by the recorder's, which listens to the engine that it makes. */
const CREATE_ENGINE = "import { createEngine } from 'tsalchemy'"

const FENCE = /^( *)(```+|~~~+) *([\w-]*) *(.*?) *$/
const WORDS = new Set(['standalone', 'no-run'])
/** Any other, such as `typescript`, would stand in a page and never be run. */
const LANGUAGES = new Set(['ts', 'sql', 'output', 'text', 'sh', ''])

/** The fenced blocks of a page, in order. */
export function fences(markdown: string): Fence[] {
  const found: Fence[] = []
  const lines = markdown.split('\n')
  for (let line = 0; line < lines.length; line += 1) {
    const [, indent = '', fence = '', language = '', words = ''] = FENCE.exec(lines[line] ?? '') ?? []
    if (fence === '') continue
    const end = lines.findIndex((each, index) => index > line && each.trim() === fence)
    if (end < 0) throw new Error(`line ${line + 1}: the block is never closed`)
    const code = lines.slice(line + 1, end).map((each) => (each.startsWith(indent) ? each.slice(indent.length) : each))
    found.push({ language, words: words.split(/\s+/).filter(Boolean), line, lines: code })
    line = end
  }
  return found
}

/** The programs of a page. `recorder` is the module from which they import `block(number)` and `createEngine()`. */
export function readPage(markdown: string, recorder: string): Page {
  const all = fences(markdown)
  for (const { language, line } of all)
    if (!LANGUAGES.has(language)) throw new Error(`line ${line + 1}: nothing checks a block of '${language}'`)
  const blocks = all.filter(({ language }) => language === 'ts')
  for (const { words, line } of blocks)
    for (const word of words) if (!WORDS.has(word)) throw new Error(`line ${line + 1}: '${word}' is no mark of a block`)
  const expectations = new Map<number, Expectation[]>()
  let last: Fence | undefined
  for (const fence of all) {
    if (fence.language === 'ts') last = fence
    const kind = fence.language === 'sql' ? 'sql' : /^(text|output)$/.test(fence.language) ? 'output' : null
    if (kind === null) continue
    if (last === undefined || last.words.includes('no-run'))
      throw new Error(`line ${fence.line + 1}: the ${fence.language} block follows no code that runs`)
    const number = blocks.indexOf(last)
    const expected = { kind, line: fence.line + 1, text: fence.lines.join('\n') } as const
    expectations.set(number, [...(expectations.get(number) ?? []), expected])
  }
  const total = markdown.split('\n').length
  const together = blocks.filter(({ words }) => !words.includes('standalone'))
  const groups = [together, ...blocks.filter((block) => !together.includes(block)).map((block) => [block])]
  return {
    notRun: blocks.filter(({ words }) => words.includes('no-run')).length,
    programs: groups
      .filter((group) => group.length > 0)
      .map((group) => ({
        name: group === together ? 'page' : `line-${(group[0]?.line ?? 0) + 1}`,
        code: assemble(group, blocks, total, recorder),
        expectations,
        runs: group.some(({ words }) => !words.includes('no-run')),
      })),
  }
}

function assemble(group: readonly Fence[], blocks: readonly Fence[], total: number, recorder: string): string {
  const lines = Array<string>(total).fill('')
  const seen = new Set<string>()
  const hoisted = [`import { block as $block } from '${recorder}'`]
  for (const fence of group) {
    const number = blocks.indexOf(fence)
    const dormant = fence.words.includes('no-run')
    const code = withoutImports(fence, (declaration) => {
      const text = declaration === CREATE_ENGINE ? declaration.replace('tsalchemy', recorder) : declaration
      if (seen.has(text)) return ''
      seen.add(text)
      if (dormant) hoisted.push(text)
      return dormant ? '' : text
    })
    lines[fence.line] = dormant ? `export async function $dormant${number}() {` : `$block(${number})`
    code.forEach((line, index) => {
      lines[fence.line + 1 + index] = line
    })
    lines[fence.line + 1 + code.length] = dormant ? '}' : `$block(null)`
  }
  if (lines[0] !== '') throw new Error('line 1: a page begins with its title')
  lines[0] = hoisted.join('; ')
  const code = `${lines.join('\n')}\n`
  refuseLostDecorators(code)
  return code
}

/** Vite's transform forgets the decorators of classes where it has to spell out a `using` of the whole module. */
function refuseLostDecorators(code: string): void {
  const { body } = parseSync('page.ts', code, { sourceType: 'module' }).program
  const using = body.find((node) => node.type === 'VariableDeclaration' && /using$/.test(node.kind))
  const decorated = body
    .map((node) => (node.type === 'ExportNamedDeclaration' ? node.declaration : node))
    .some(
      (node) =>
        node?.type === 'ClassDeclaration' &&
        [node, ...node.body.body].some((part) => 'decorators' in part && part.decorators.length > 0),
    )
  if (using === undefined || !decorated) return
  const line = code.slice(0, using.start).split('\n').length
  throw new Error(
    `line ${line}: a 'using' of the whole page, and classes with decorators: Vite's transform forgets the decorators; put what uses it into a block`,
  )
}

/** The code's lines with each import declaration passed, name by name, through `keep`: a page may import the same thing twice. */
function withoutImports(fence: Fence, keep: (declaration: string) => string): string[] {
  const code = fence.lines.join('\n')
  const { program, errors } = parseSync('page.ts', code, { sourceType: 'module' })
  if (errors[0] !== undefined) throw new Error(`line ${fence.line + 2}: ${errors[0].message}`)
  let result = ''
  let end = 0
  for (const node of program.body) {
    if (node.type !== 'ImportDeclaration') continue
    const parts = importParts(node, code).map(keep).filter(Boolean)
    const breaks = code.slice(node.start, node.end).replace(/[^\n]/g, '')
    result += code.slice(end, node.start) + parts.join('; ') + breaks
    end = node.end
  }
  return (result + code.slice(end)).split('\n')
}

function importParts(node: ESTree.ImportDeclaration, code: string): string[] {
  const source = node.source.raw ?? `'${node.source.value}'`
  if (node.specifiers.length === 0) return [`import ${source}`]
  return node.specifiers.map((specifier) => {
    const text = code.slice(specifier.start, specifier.end)
    const type = node.importKind === 'type' ? 'type ' : ''
    return `import ${type}${specifier.type === 'ImportSpecifier' ? `{ ${text} }` : text} from ${source}`
  })
}
