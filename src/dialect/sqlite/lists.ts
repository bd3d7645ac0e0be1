// IN with a list as one parameter, which SQLite reads as a document: constant text for any length, and no empty case.
import type { Binary } from '../../expression/element/binary.ts'
import { Bind } from '../../expression/element/bind.ts'
import { notIn } from '../../expression/operator/catalog.ts'
import { type Affinity, SqlType, type ValueProcessor } from '../../expression/types/type.ts'
import { listOf } from '../compile/list-value.ts'
import { memberTypes, operators } from '../compile/operator.ts'
import type { Renderer } from '../compile/renderers.ts'
import type { Render } from '../compile/state.ts'
import { DriverError } from '../contract/driver.ts'
import { defineCodec, type SqliteCodec, type SqliteValue } from './codec/codec.ts'
import { HOST } from './type-name.ts'

/** A list of values, or of tuples of values, as one parameter. */
export class ListType extends SqlType<readonly unknown[]> {
  readonly kind: string = 'sqliteList'
  readonly affinity: Affinity = 'other'
  /** Types of the members of each item; one for items that are no tuples. */
  readonly members: readonly SqlType[]
  readonly isTuple: boolean
  constructor(members: readonly SqlType[], isTuple: boolean) {
    super()
    this.members = members
    this.isTuple = isTuple
  }
  override shape(): readonly (boolean | SqlType)[] {
    return [this.isTuple, ...this.members]
  }
}

/** The codec of lists. */
export function listCodec(type: ListType, codecOf: (type: SqlType) => SqliteCodec | null): SqliteCodec {
  const codecs = type.members.map(codecOf)
  const member = (value: unknown, index: number): string => {
    if (value === null) return 'null'
    if (value === undefined) throw new DriverError('a list does not take undefined', { sent: false })
    return jsonOf(codecs[index]?.encode(value) ?? String(value))
  }
  return defineCodec({
    name: 'a list',
    encode(value) {
      const items = (value as readonly unknown[]).map((item) =>
        type.isTuple
          ? `[${type.members.map((_, index) => member((item as unknown[])[index], index)).join(',')}]`
          : member(item, 0),
      )
      return `[${items.join(',')}]`
    },
    decode: (value) => value,
  })
}

function jsonOf(value: SqliteValue): string {
  if (typeof value === 'string') return JSON.stringify(value)
  if (typeof value === 'object') throw new DriverError('a list does not take bytes', { sent: false })
  return String(value)
}

/** Families whose values come out of a document as they went in. */
const FAITHFUL: ReadonlySet<Affinity> = new Set<Affinity>([
  'integer',
  'string',
  'boolean',
  'date',
  'time',
  'datetime',
  'uuid',
  'interval',
])

/** One list type for each type or tuple: types number themselves, which is not free. */
const lists: WeakMap<SqlType, ListType> = new WeakMap()

function listTypeOf(type: SqlType): ListType {
  let list = lists.get(type)
  if (list === undefined) {
    const members = memberTypes(type)
    list = new ListType(members ?? [type], members !== null)
    lists.set(type, list)
  }
  return list
}

/** `x IN (SELECT value FROM json_each(?1))`; what documents cannot hold exactly is written at execution. */
export function renderListIn(node: Binary, out: Render): string {
  const { left, right } = node
  const isList = right instanceof Bind && right.expanding
  const types = isList ? (memberTypes(right.type) ?? [right.type]) : []
  if (!isList || out.literalBinds || out.atExecution || right.literalExecute || !types.every(isFaithful))
    return renderExpandedIn(node, out)
  const negated = node.operator === notIn
  const text = out.node(left)
  const isTuple = memberTypes(right.type) !== null
  const columns = isTuple
    ? types.map((_, index) => `value ->> ${index}`).join(', ')
    : comparedAs('value', types[0] as SqlType)
  const parameter = out.listParameter(right, listTypeOf(right.type), itemsProcess(right.type, out))
  return `${isTuple ? text : comparedAs(text, types[0] as SqlType)} ${negated ? 'NOT IN' : 'IN'} (SELECT ${columns} FROM json_each(${parameter}))`
}

/** Spans of time are equal where they are as long. */
function comparedAs(text: string, type: SqlType): string {
  return type.forDialect(HOST).affinity === 'interval' ? `interval_order(${text})` : text
}

/** Whether a document can hold the values of a type, around which the type writes nothing. */
function isFaithful(type: SqlType): boolean {
  return !type.wrapsParameters(HOST) && FAITHFUL.has(type.forDialect(HOST).affinity)
}

function itemsProcess(type: SqlType, out: Render): ValueProcessor {
  const process = type.bindProcessor(out.spelling)
  const members = memberTypes(type)
  return (value) => {
    const list = listOf(value, members)
    return process === null ? list : list.map((item) => process(item))
  }
}

/** `x IN (?1, ?2)`; tuples need VALUES in front of them. */
export function renderExpandedIn(node: Binary, out: Render): string {
  const { right } = node
  const types = right instanceof Bind && right.expanding ? memberTypes(right.type) : null
  if (types === null) return (operators.in as Renderer<Binary>)(node, out)
  const negated = node.operator === notIn
  const nulls = `(${types.map(() => 'NULL').join(', ')})`
  const list = out.list(right as Bind, `${nulls}) ${negated ? 'OR (1 = 1' : 'AND (1 != 1'}`, types)
  const text = `${out.node(node.left)} ${node.operator.symbol} (VALUES ${list})`
  return negated ? `(${text})` : text
}
