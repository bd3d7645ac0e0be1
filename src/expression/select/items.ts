// What may stand in a columns clause or RETURNING, and what a mapped class among it brings.
import type { Element } from '../base/element.ts'
import type { CompilePlugin } from '../base/protocol.ts'
import { Role } from '../base/role.ts'
import { elementOf, expectAll } from '../coerce/expect.ts'
import { COLUMNS } from '../coerce/roles.ts'
import type { EntityElement } from './entity.ts'
import type { SelectItem } from './state.ts'

/** @internal What stands in a columns clause or RETURNING. */
export function itemsOf(items: readonly unknown[], where: string): readonly SelectItem[] {
  return expectAll(COLUMNS, items, where) as Element[] as SelectItem[]
}

/** @internal The plugin that a mapped class among the arguments brings; null where there is none. */
export function pluginOf(items: readonly unknown[]): CompilePlugin | null {
  for (const item of items) {
    const element = elementOf(item)
    if (element !== null && element.roles & Role.entity) return (element as EntityElement).plugin
  }
  return null
}
