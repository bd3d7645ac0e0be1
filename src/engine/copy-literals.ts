// Values that COPY writes into its text: as columns they are of their types, as parameters would be.
import type { Executable } from '../expression/base/executable.ts'
import { Bind } from '../expression/element/bind.ts'
import { Cast } from '../expression/element/cast.ts'
import { Label } from '../expression/element/label.ts'
import { CompoundSelect } from '../expression/select/compound.ts'
import { Select } from '../expression/select/select.ts'
import type { SelectItem } from '../expression/select/state.ts'

/** The statement with casts around values that are columns of its result; itself where there are none. */
export function typedLiterals(statement: Executable): Executable {
  if (statement instanceof CompoundSelect) {
    const selects = statement.state.selects.map((each) => typedLiterals(each) as typeof each)
    return selects.every((each, place) => each === statement.state.selects[place])
      ? statement
      : statement.with({ selects })
  }
  if (!(statement instanceof Select)) return statement
  const { items } = statement.state
  const typed = items.map(typedItem)
  return typed.every((each, place) => each === items[place]) ? statement : statement.with({ items: typed })
}

function typedItem(item: SelectItem): SelectItem {
  if (item instanceof Label && isTyped(item.element))
    return new Label(item.name as string, new Cast(item.element, item.type))
  return item instanceof Bind && isTyped(item) ? new Cast(item, item.type) : item
}

function isTyped(element: unknown): boolean {
  return element instanceof Bind && element.type.affinity !== 'null'
}
