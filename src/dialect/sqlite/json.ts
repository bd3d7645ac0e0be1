// Operators of documents: keys and paths travel as SQLite's paths.
import type { Binary } from '../../expression/element/binary.ts'
import type { Cast } from '../../expression/element/cast.ts'
import type { ColumnElement } from '../../expression/element/column-element.ts'
import type { Grouping } from '../../expression/element/grouping.ts'
import { jsonAtText, jsonPathText } from '../../expression/operator/catalog.ts'
import type { Render } from '../compile/state.ts'

/** `document -> key`, `document -> path`. */
export function renderDocumentAt(node: Binary, out: Render): string {
  return `${out.node(node.left)} -> ${out.node(node.right)}`
}

/**
 * The value as text. `->>` alone would give 1 for true, and numbers that no text equals.
 */
export function renderDocumentText(node: Binary, out: Render): string {
  const left = out.node(node.left)
  const right = out.node(node.right)
  return (
    `CASE json_type(${left} -> ${right}) WHEN 'true' THEN 'true' WHEN 'false' THEN 'false' ` +
    `ELSE CAST(${left} ->> ${right} AS TEXT) END`
  )
}

/** The value itself, for a cast: `document ->> key`; null where the element is none of a document. */
export function documentValue(element: ColumnElement, out: Render): string | null {
  const inner = element.kind === 'grouping' ? (element as Grouping).element : element
  if (inner.kind !== 'binary') return null
  const { operator, left, right } = inner as unknown as Binary
  if (operator !== jsonAtText && operator !== jsonPathText) return null
  return `(${out.node(left)} ->> ${out.node(right)})`
}

/** What a cast is of. */
export function castOperand(node: Pick<Cast, 'element'>, out: Render): string {
  return documentValue(node.element, out) ?? out.node(node.element)
}
