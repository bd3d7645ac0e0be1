// Reads a tree of TypeScript sources into the facts that the architecture rules ask about.

import { readdirSync, readFileSync } from 'node:fs'
import { join, posix } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type ESTree, parseSync, Visitor } from 'vite'

/** One import, re-export, `import()` or `import('...')` type of a file. */
export interface Import {
  /** As written. */
  readonly specifier: string
  /** The file meant, relative to the tree's root; null for packages and Node's modules. */
  readonly target: string | null
  /** `import './x.ts'`: nothing but the file's effects is wanted. */
  readonly bare: boolean
  readonly star: boolean
}

/** One source file and what its syntax tree tells. */
export interface SourceFile {
  /** Relative to the tree's root, with forward slashes. */
  readonly path: string
  readonly text: string
  readonly lines: readonly string[]
  readonly program: ESTree.Program
  readonly comments: ReturnType<typeof parseSync>['comments']
  readonly imports: readonly Import[]
  /** Constructs that the rules forbid or count, each with its line. */
  readonly findings: readonly Finding[]
  /** Statements at the top level that do something when the file is loaded. */
  readonly effects: readonly number[]
}

/** A construct found in a file. */
export interface Finding {
  readonly kind:
    | 'any'
    | 'as any'
    | 'non-null'
    | 'decorator'
    | 'default export'
    | 'dialect name'
    | 'enum'
    | 'eval'
    | 'namespace'
    | 'new builtin error'
    | 'new Function'
    | 'new Socket'
    | 'plug'
    | 'star export'
  readonly line: number
  readonly detail: string
}

/** Files by path. */
export type SourceTree = ReadonlyMap<string, SourceFile>

export const SOURCE_ROOT: string = fileURLToPath(new URL('../../src', import.meta.url))

/** The library's own sources. */
export function readSourceTree(root: string = SOURCE_ROOT): SourceTree {
  const paths = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.ts'))
  return parseTree(Object.fromEntries(paths.map((path) => [toPosix(path), readFileSync(join(root, path), 'utf8')])))
}

/** A tree given as texts by path, so that every rule can be shown to fail. */
export function parseTree(texts: Readonly<Record<string, string>>): SourceTree {
  const paths = Object.keys(texts).sort()
  return new Map(paths.map((path) => [path, parseFile(path, texts[path] ?? '')]))
}

function toPosix(path: string): string {
  return path.replaceAll('\\', '/')
}

const BUILTIN_ERROR = /^(Aggregate|Eval|Range|Reference|Syntax|Type|URI)?Error$/
const DIALECT_NAME =
  /^(postgresql|postgres|pg|pglite|sqlite|better-sqlite3|mysql|mariadb|mssql|oracle)(\+\w+)?(:(\/\/)?)?$/i

function parseFile(path: string, text: string): SourceFile {
  const { program, comments, errors } = parseSync(path, text, { sourceType: 'module' })
  if (errors[0] !== undefined) throw new Error(`${path}: ${errors[0].message}`)
  const imports: Import[] = []
  const findings: Finding[] = []
  const modules = new Set<ESTree.Node>()
  const lineOf = (node: { start: number }): number => text.slice(0, node.start).split('\n').length
  const find = (kind: Finding['kind'], node: { start: number; end: number }): void => {
    findings.push({
      kind,
      line: lineOf(node),
      detail: text.slice(node.start, node.end).split('\n')[0]?.slice(0, 100) ?? '',
    })
  }
  const reach = (source: ESTree.StringLiteral, how: { bare?: boolean; star?: boolean } = {}): void => {
    modules.add(source)
    const specifier = source.value
    const target = specifier.startsWith('.') ? posix.join(posix.dirname(path), specifier) : null
    imports.push({ specifier, target, bare: how.bare ?? false, star: how.star ?? false })
  }
  new Visitor({
    ImportDeclaration: (node) => reach(node.source, { bare: node.specifiers.length === 0 }),
    ExportNamedDeclaration: (node) => node.source && reach(node.source),
    ExportAllDeclaration(node) {
      reach(node.source, { star: true })
      find('star export', node)
    },
    ImportExpression(node) {
      if (node.source.type === 'Literal' && typeof node.source.value === 'string') reach(node.source)
    },
    TSImportType: (node) => reach(node.source),
    ExportDefaultDeclaration: (node) => find('default export', node),
    TSAnyKeyword: (node) => find('any', node),
    TSNonNullExpression: (node) => find('non-null', node),
    TSAsExpression(node) {
      if (node.typeAnnotation.type === 'TSAnyKeyword') find('as any', node)
    },
    TSEnumDeclaration: (node) => find('enum', node),
    TSModuleDeclaration(node) {
      if (node.kind !== 'global') find('namespace', node)
    },
    Decorator: (node) => find('decorator', node),
    CallExpression(node) {
      const { callee } = node
      if (callee.type === 'Identifier' && callee.name === 'eval') find('eval', node)
      if (callee.type === 'Identifier' && callee.name === 'Function') find('new Function', node)
      if (callee.type === 'Identifier' && BUILTIN_ERROR.test(callee.name)) find('new builtin error', node)
      if (
        callee.type === 'MemberExpression' &&
        callee.property.type === 'Identifier' &&
        callee.property.name === 'plug'
      )
        find('plug', node)
    },
    NewExpression(node) {
      if (node.callee.type !== 'Identifier') return
      if (node.callee.name === 'Function') find('new Function', node)
      if (node.callee.name === 'Socket') find('new Socket', node.arguments[0] ?? node)
      if (BUILTIN_ERROR.test(node.callee.name)) find('new builtin error', node)
    },
    Literal(node) {
      if (typeof node.value === 'string' && !modules.has(node) && DIALECT_NAME.test(node.value))
        find('dialect name', node)
    },
    TemplateLiteral(node) {
      if (node.quasis.some((part) => DIALECT_NAME.test(part.value.raw))) find('dialect name', node)
    },
  }).visit(program)
  const effects = program.body.filter(hasEffect).map(lineOf)
  return { path, text, lines: text.split('\n'), program, comments, imports, findings, effects }
}

/** Declarations only define; an expression standing alone at the top level is there for what it does. */
function hasEffect(statement: ESTree.Node): boolean {
  if (statement.type === 'ExpressionStatement') return !('directive' in statement && statement.directive)
  return /^(Block|If|For|ForIn|ForOf|While|DoWhile|Switch|Try|Throw)Statement$/.test(statement.type)
}
