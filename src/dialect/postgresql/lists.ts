// IN with a list as one array parameter: constant text for any length, and no empty case.
import type { Binary } from '../../expression/element/binary.ts'
import { Bind } from '../../expression/element/bind.ts'
import { notIn } from '../../expression/operator/catalog.ts'
import { ArrayType } from '../../expression/types/array.ts'
import type { SqlType, ValueProcessor } from '../../expression/types/type.ts'
import { tupleOf } from '../compile/list-value.ts'
import { memberTypes, operators } from '../compile/operator.ts'
import type { Renderer } from '../compile/renderers.ts'
import type { Render } from '../compile/state.ts'
import { isAround } from '../compile/type-expression.ts'

/** One array type for each item type: types number themselves, which is not free. */
const arrays: WeakMap<SqlType, ArrayType> = new WeakMap()

function arrayTypeOf(item: SqlType): ArrayType {
  let array = arrays.get(item)
  if (array === undefined) {
    array = new ArrayType(item)
    arrays.set(item, array)
  }
  return array
}

/** `x = ANY ($1::INTEGER[])`, `x <> ALL (...)`; tuples by unnest; what arrays cannot hold is written at execution. */
export function renderArrayIn(node: Binary, out: Render): string {
  const { left, right } = node
  const isList = right instanceof Bind && right.expanding && right.type.affinity !== 'array'
  const members = isList ? memberTypes(right.type) : null
  if (
    !isList ||
    out.literalBinds ||
    right.literalExecute ||
    (members ?? [right.type]).some((type) => isAround(type, out))
  )
    return (operators.in as Renderer<Binary>)(node, out)
  const negated = node.operator === notIn
  const text = out.node(left)
  if (members === null) return `${text} ${negated ? '<> ALL' : '= ANY'} (${arrayParameter(right, right.type, out)})`
  const arrays = members.map((type, index) =>
    out.partOf(right, arrayTypeOf(type), memberOf(type, index, members.length, out)),
  )
  return `${text} ${negated ? 'NOT IN' : 'IN'} (SELECT * FROM unnest(${arrays.join(', ')}))`
}

function arrayParameter(bind: Bind, itemType: SqlType, out: Render): string {
  const processItem = itemType.bindProcessor(out.spelling)
  const process = processItem === null ? null : (list: unknown) => eachOf(list, processItem)
  return out.listParameter(bind, arrayTypeOf(itemType), process)
}

function memberOf(type: SqlType, index: number, count: number, out: Render): ValueProcessor {
  const process = type.bindProcessor(out.spelling)
  return (list) =>
    eachOf(list, (tuple) => {
      const value = tupleOf(tuple, count)[index]
      return process === null ? value : process(value)
    })
}

/** Something that is no list goes on as it is: the codec refuses it with its own words. */
function eachOf(list: unknown, change: ValueProcessor): unknown {
  return Array.isArray(list) ? list.map((item) => change(item)) : list
}
