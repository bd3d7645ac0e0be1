// Turns the `@example` parts of doc comments into programs whose lines stand where they stand in the source.

import { type ESTree, parseSync, Visitor } from 'vite'
import type { SourceFile } from '../architecture/source-tree.ts'

/** An example of a doc comment. */
export interface Example {
  /** One-based line of its first line of code. */
  readonly line: number
  readonly lines: readonly string[]
  /** Where its comment ends in the source. */
  readonly end: number
}

/** A program made of an example. */
export interface ExampleProgram {
  readonly line: number
  readonly code: string
  /** Whether it only computes, so that running it needs no database. */
  readonly pure: boolean
}

/** The `@example` parts of a file's doc comments. */
export function examples({ text, comments }: Pick<SourceFile, 'text' | 'comments'>): Example[] {
  return comments.flatMap(({ type, value, start, end: behind }) => {
    if (type !== 'Block' || !value.startsWith('*')) return []
    const first = text.slice(0, start).split('\n').length
    const lines = value.split('\n').map((line) => line.replace(/^\s*\* ?/, '').trimEnd())
    const found: Example[] = []
    for (let at = 0; at < lines.length; at += 1) {
      if (!lines[at]?.startsWith('@example')) continue
      const end = lines.findIndex((line, index) => index > at && line.startsWith('@'))
      const code = lines.slice(at + 1, end < 0 ? undefined : end).map((line) => (/^```/.test(line) ? '' : line))
      while (code.at(-1)?.trim() === '') code.pop()
      if (code.length > 0) found.push({ line: first + at + 1, lines: code, end: behind })
    }
    return found
  })
}

/**
 * The program of an example. `modules` tells where names that it does not declare come from, the first that has a name wins.
 * Where a statement is followed by a comment, `$is(value, ...lines)` compares the two.
 */
export function exampleProgram(
  { line, lines }: Pick<Example, 'line' | 'lines'>,
  modules: readonly { readonly from: string; readonly names: ReadonlySet<string> }[],
  recorder: string,
): ExampleProgram {
  const code = lines.join('\n')
  const { program, comments, errors } = parseSync('example.ts', code, { sourceType: 'module' })
  if (errors[0] !== undefined) throw new Error(`line ${line}: ${errors[0].message}`)
  const { used, declared, waits } = namesOf(program)
  const imports = modules.map(({ from, names }, index) => {
    const earlier = modules.slice(0, index)
    const taken = [...used].filter(
      (name) => names.has(name) && !declared.has(name) && !earlier.some((module) => module.names.has(name)),
    )
    return taken.length === 0 ? '' : `import { ${taken.join(', ')} } from '${from}'; `
  })
  let result = ''
  let end = 0
  for (const statement of program.body) {
    const told = toldValue(code, statement, comments)
    if (told.length === 0 || statement.type !== 'ExpressionStatement') continue
    const { start, end: stop } = statement.expression
    result += `${code.slice(end, start)}$is(${code.slice(start, stop)}, ${told.map((each) => JSON.stringify(each)).join(', ')})`
    end = stop
  }
  const head = `import { is as $is } from '${recorder}'; ${imports.join('')}void $is; `
  return { line, code: `${head}${'\n'.repeat(line - 1)}${result}${code.slice(end)}\n`, pure: !waits }
}

/** The comment behind a statement, on its line or on lines of their own below it. */
function toldValue(code: string, statement: ESTree.Node, comments: SourceFile['comments']): string[] {
  const told: string[] = []
  let end = statement.end
  for (const { type, value, start, end: stop } of comments) {
    if (
      type !== 'Line' ||
      start < end ||
      !/^[;\s]*$/.test(code.slice(end, start)) ||
      code.slice(end, start).split('\n').length > 2
    )
      continue
    told.push(value.trim())
    end = stop
  }
  return told
}

function namesOf(program: ESTree.Program): { used: Set<string>; declared: Set<string>; waits: boolean } {
  const used = new Set<string>()
  const declared = new Set<string>()
  // `JSON.parse` and `new Date` are JavaScript's, `Column(JSON())` and `Column(Date)` are types.
  const globals = new Set<ESTree.Node>()
  const isGlobal = (node: ESTree.Node): boolean =>
    node.type === 'Identifier' && /^(JSON|Date|String|Boolean)$/.test(node.name)
  let waits = false
  const declare = (node: ESTree.Node | null): void => {
    if (node?.type === 'Identifier') declared.add(node.name)
    if (node?.type === 'ArrayPattern') for (const element of node.elements) declare(element)
    if (node?.type === 'ObjectPattern')
      for (const property of node.properties) declare(property.type === 'Property' ? property.value : property.argument)
  }
  new Visitor({
    Identifier: (node) => {
      if (!globals.has(node)) used.add(node.name)
    },
    MemberExpression(node) {
      if (isGlobal(node.object)) globals.add(node.object)
    },
    NewExpression(node) {
      if (isGlobal(node.callee)) globals.add(node.callee)
    },
    VariableDeclarator: (node) => declare(node.id),
    FunctionDeclaration: (node) => declare(node.id),
    ClassDeclaration: (node) => declare(node.id),
    TSInterfaceDeclaration: (node) => declare(node.id),
    TSTypeAliasDeclaration: (node) => declare(node.id),
    ImportDeclaration(node) {
      for (const { local } of node.specifiers) declare(local)
    },
    AwaitExpression() {
      waits = true
    },
    ForOfStatement(node) {
      if (node.await) waits = true
    },
    VariableDeclaration(node) {
      if (node.kind === 'await using') waits = true
    },
  }).visit(program)
  return { used, declared, waits }
}
