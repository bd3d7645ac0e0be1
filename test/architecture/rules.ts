// The house rules that a syntax tree can show, each as a function from the sources to what breaks it.

import type { Finding, SourceTree } from './source-tree.ts'

export const LINE_BUDGET = 400

/** Files over the line budget, each with its reason; a file that no longer needs the exception must leave the list. */
export const LONG_FILES: Readonly<Record<string, string>> = {
  'index.ts': 'the list of all that the package gives, one name a line',
  'expression/select/select.ts':
    'the one class of SELECT and the types of its joins, which name each other; its methods delegate in a line',
  'expression/element/column-element.ts':
    'the one class whose methods users call on any expression: most of it is their documentation, each delegates in a line',
  'engine/connection.ts':
    'the one class that users see of a connection: half of it is their documentation, its methods delegate to the link',
  'engine/engine.ts':
    'the one class that users see of the engine: half of it is their documentation, its methods delegate to core and connection',
  'orm/session/session.ts':
    'the one class that users see of the session room: a third of it is their documentation, its methods delegate',
}

/** The sockets of the house, by name, and the file that declares each: the only ways of reaching up. */
export const SOCKETS: Readonly<Record<string, string>> = {
  operate: 'expression/element/column-element.ts',
  selectable: 'expression/from/alias.ts',
  stringify: 'expression/base/element.ts',
  decorateColumn: 'expression/schema/column-definition.ts',
  compared: 'expression/element/column-element.ts',
  ormCompile: 'orm/contract/orm.ts',
}

/** How many `any` the sources hold, all with a reason beside them. The number may only fall. */
export const ANY_COUNT = 2

/** Never, anywhere in the library. */
const FORBIDDEN: readonly Finding['kind'][] = [
  'as any',
  'decorator',
  'default export',
  'enum',
  'eval',
  'namespace',
  'new builtin error',
  'new Function',
  'non-null',
  'star export',
]

/** Bare errors that are made and never raised, each with its file and reason. */
export const STACKS: Readonly<Record<string, string>> = {
  'pool/holders.ts': 'remembers the stack of who asked for a connection',
}

/** Forbidden constructs, with file and line. */
export function forbiddenConstructs(tree: SourceTree): string[] {
  const withoutStacks = FORBIDDEN.filter((kind) => kind !== 'new builtin error')
  return [...tree].flatMap(([path, file]) =>
    findingsOf(new Map([[path, file]]), Object.hasOwn(STACKS, path) ? withoutStacks : FORBIDDEN),
  )
}

/** Names of databases, as whole strings, in rooms that must not know which one is spoken. */
export function dialectNames(tree: SourceTree): string[] {
  const above = [...tree].filter(([path]) => !path.startsWith('dialect/'))
  return findingsOf(new Map(above), ['dialect name'])
}

function findingsOf(tree: SourceTree, kinds: readonly Finding['kind'][]): string[] {
  return [...tree.values()].flatMap(({ path, findings }) =>
    findings
      .filter(({ kind }) => kinds.includes(kind))
      .map(({ kind, line, detail }) => `${path}:${line} ${kind}: ${detail}`),
  )
}

/** How often `any` is written. */
export function countAny(tree: SourceTree): number {
  return [...tree.values()].flatMap(({ findings }) => findings).filter(({ kind }) => kind === 'any').length
}

/** Files that do not begin with a comment of one line that says what lives there. */
export function withoutFirstLine(tree: SourceTree): string[] {
  return [...tree.values()].filter(({ lines }) => !/^\/\/ .{10,}/.test(lines[0] ?? '')).map(({ path }) => path)
}

/** Files over the budget, and exceptions that are not needed. */
export function longFiles(tree: SourceTree, exceptions: Readonly<Record<string, string>> = LONG_FILES): string[] {
  const length = (path: string): number => (tree.get(path)?.lines.length ?? 1) - 1
  return [
    ...[...tree.keys()]
      .filter((path) => length(path) > LINE_BUDGET && !Object.hasOwn(exceptions, path))
      .map((path) => `${path} has ${length(path)} lines; split it or say in LONG_FILES why not`),
    ...Object.keys(exceptions)
      .filter((path) => length(path) <= LINE_BUDGET)
      .map((path) => `${path} needs no exception any more`),
  ]
}

const EMPTY_WORDS = new Set([
  'common',
  'helper',
  'helpers',
  'manager',
  'managers',
  'shared',
  'util',
  'utils',
  'utilities',
])

/** File and folder names that are not kebab-case or say nothing. */
export function badNames(tree: SourceTree): string[] {
  return [...tree.keys()].filter((path) => {
    const parts = path.replace(/\.ts$/, '').split('/')
    return parts.some(
      (part) => !/^[a-z0-9]+(-[a-z0-9]+)*$/.test(part) || part.split('-').some((word) => EMPTY_WORDS.has(word)),
    )
  })
}

/** The sockets that the sources declare, in the form of {@link SOCKETS}. */
export function declaredSockets(tree: SourceTree): Record<string, string> {
  const declared = [...tree.values()].flatMap(({ path, findings }) =>
    findings
      .filter(({ kind }) => kind === 'new Socket')
      .map(({ detail }) => [detail.replaceAll("'", ''), path] as const),
  )
  return Object.fromEntries(declared)
}

/** Files that do something when they are loaded, or that import another file only because it does. */
export function filesWithEffects(tree: SourceTree): string[] {
  return [...tree.values()]
    .filter(({ effects, imports }) => effects.length > 0 || imports.some(({ bare }) => bare))
    .map(({ path }) => path)
}
