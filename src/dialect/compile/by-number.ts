// Renderers by the number of a kind: numbers are found faster than names.
import type { Element } from '../../expression/base/element.ts'
import { spellingGeneration } from './custom.ts'
import type { RendererOf } from './renderer.ts'

type Numbered<Out> = RendererOf<Element, Out>[]

let tables: WeakMap<object, unknown> = new WeakMap()
let generation = 0

/** Renderers of a table by the number of the kind, kept with the table until users tell other spellings. */
export function numbered<Out>(renderers: object): Numbered<Out> {
  if (generation !== spellingGeneration()) {
    generation = spellingGeneration()
    tables = new WeakMap()
  }
  let table = tables.get(renderers) as Numbered<Out> | undefined
  if (table === undefined) {
    table = []
    tables.set(renderers, table)
  }
  return table
}
