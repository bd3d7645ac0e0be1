// `NamedElement`: an expression whose name the compiler of TypeScript knows: a column, an attribute, a label.
import { ColumnElement } from './column-element.ts'
import type { Name } from './name.ts'

/** An expression with a name; `N` becomes a key of the result row. */
export abstract class NamedElement<N extends string = string, V = unknown> extends ColumnElement<V> {
  /** The key in result rows and in `values()`. */
  abstract readonly key: N
  /** The name in SQL. */
  abstract readonly name: Name

  override get resultKey(): string | null {
    return this.key
  }
}
