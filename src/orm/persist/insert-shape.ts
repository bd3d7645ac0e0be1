// INSERT statements of a class, built once for each set of columns that its new objects give.
import { fitArrays, isNumberedUpwards, parameter, rowArrays, rowColumn } from '../../engine/row-batch.ts'
import type { Executable } from '../../expression/base/executable.ts'
import { Insert } from '../../expression/dml/insert.ts'
import type { Assignment } from '../../expression/dml/write.ts'
import type { ColumnElement } from '../../expression/element/column-element.ts'
import type { SchemaColumn } from '../../expression/schema/column.ts'
import type { DefaultContext } from '../../expression/schema/default.ts'
import { EMPTY_SELECT, Select } from '../../expression/select/select.ts'
import type { ColumnAttributeLike, MapperLike } from '../contract/orm.ts'

/** Where the value of a column comes from when an object is inserted. */
export interface ColumnSource {
  readonly attribute: ColumnAttributeLike
  /** `given`: always written, NULL where the object has none. `optional`: the database has a value where the object has none. `never`: only the database writes it. */
  readonly sort: 'given' | 'optional' | 'never'
  /** The client's default for one object; null for none. */
  readonly fill: ((context: DefaultContext) => unknown) | null
  /** A default that the database evaluates within the statement; null for none. */
  readonly expression: ColumnElement | null
}

/** How the rows of a batch are told apart when RETURNING gives them back. */
export type Matching =
  /** Nothing comes back, or the objects' own keys are among what comes back. */
  | 'byKey'
  /** By a key that the database numbers upwards in the order of the rows. */
  | 'ascending'
  /** Not at all: such rows are inserted one by one, in the same flight. */
  | 'impossible'

/** One set of columns. */
export interface InsertShape {
  /** What is written, in order of parameters */
  readonly written: readonly ColumnAttributeLike[]
  /** What comes back, in order. */
  readonly returned: readonly ColumnAttributeLike[]
  readonly matching: Matching
  /** Position in `returned` of the numbered key; -1 where there is none. */
  readonly numbered: number
  readonly single: Executable
  /** For two rows and more; null where the types do not allow it. */
  readonly batch: Executable | null
}

/** What is known of a class before its objects are seen. */
export interface InsertPlan {
  readonly sources: readonly ColumnSource[]
  /** Those that some objects give and others do not. */
  readonly optional: readonly ColumnSource[]
  readonly fills: readonly ColumnSource[]
  readonly shapes: Map<string | number, InsertShape>
}

const plans: WeakMap<MapperLike, InsertPlan> = new WeakMap()

/** The plan of a class, made at first use. */
export function insertPlan(mapper: MapperLike): InsertPlan {
  let plan = plans.get(mapper)
  if (plan === undefined) {
    const sources = mapper.columns.map(columnSource)
    plan = {
      sources,
      optional: sources.filter((source) => source.sort === 'optional'),
      fills: sources.filter((source) => source.fill !== null),
      shapes: new Map(),
    }
    plans.set(mapper, plan)
  }
  return plan
}

function columnSource(attribute: ColumnAttributeLike): ColumnSource {
  const column = attribute.column
  if (column.computed !== null || column.identity?.always === true)
    return { attribute, sort: 'never', fill: null, expression: null }
  const preset = column.default
  if (preset?.sort === 'expression') return { attribute, sort: 'optional', fill: null, expression: preset.element }
  if (preset?.sort === 'value') return { attribute, sort: 'given', fill: () => preset.value, expression: null }
  if (preset?.sort === 'callable') return { attribute, sort: 'given', fill: preset.call, expression: null }
  return { attribute, sort: column.hasServerValue ? 'optional' : 'given', fill: null, expression: null }
}

/** The signature of an object's column set: a bit for each optional column that it gives. */
export function signatureOf(plan: InsertPlan, values: readonly unknown[]): string | number {
  const optional = plan.optional
  if (optional.length > 30) return optional.map(({ attribute }) => (isGiven(attribute, values) ? '1' : '0')).join('')
  let bits = 0
  for (let i = 0; i < optional.length; i++) {
    const source = optional[i]
    if (source !== undefined && isGiven(source.attribute, values)) bits |= 1 << i
  }
  return bits
}

/** A key that the database numbers is as good as missing where it is null. */
function isGiven(attribute: ColumnAttributeLike, values: readonly unknown[]): boolean {
  const value = values[attribute.slot]
  return value !== undefined && (value !== null || !attribute.primaryKey)
}

/** The statements for objects with this signature; `sample` is one of them. */
export function insertShape(
  mapper: MapperLike,
  plan: InsertPlan,
  signature: string | number,
  sample: readonly unknown[],
): InsertShape {
  const known = plan.shapes.get(signature)
  if (known !== undefined) return known
  const missing = (source: ColumnSource): boolean => source.sort === 'optional' && !isGiven(source.attribute, sample)
  const written = plan.sources.filter((source) => source.sort !== 'never' && !missing(source))
  const expressions = plan.sources.filter((source) => missing(source) && source.expression !== null)
  const fetched = plan.sources.filter((source) => source.sort === 'never' || missing(source))
  const { matching, numbered } = matchingOf(fetched)
  const returned = fetched.map((source) => source.attribute)
  if (returned.length > 0 && matching === 'byKey')
    returned.unshift(...mapper.primaryKey.filter((attribute) => !returned.includes(attribute)))
  const attributes = written.map((source) => source.attribute)
  const batchable = matching !== 'impossible' && fitArrays(attributes.map(({ column }) => column))
  const shape: InsertShape = {
    written: attributes,
    returned,
    matching,
    numbered: numbered === null ? -1 : returned.indexOf(numbered),
    single: singleInsert(mapper, attributes, expressions, returned),
    batch: batchable ? batchInsert(mapper, attributes, expressions, returned) : null,
  }
  plan.shapes.set(signature, shape)
  return shape
}

function matchingOf(fetched: readonly ColumnSource[]): { matching: Matching; numbered: ColumnAttributeLike | null } {
  const keys = fetched.filter((source) => source.attribute.primaryKey)
  if (keys.length === 0) return { matching: 'byKey', numbered: null }
  const numbered = keys.find(({ attribute }) => isNumberedUpwards(attribute.column))?.attribute ?? null
  return { matching: numbered === null ? 'impossible' : 'ascending', numbered }
}

function singleInsert(
  mapper: MapperLike,
  written: readonly ColumnAttributeLike[],
  expressions: readonly ColumnSource[],
  returned: readonly ColumnAttributeLike[],
): Insert {
  const values: Assignment[] = written.map(({ column }, index) => ({
    column,
    value: parameter(index, column.type),
  }))
  for (const { attribute, expression } of expressions)
    if (expression !== null) values.push({ column: attribute.column, value: expression })
  return insertInto(mapper, { values: values.length === 0 ? null : values, from: null }, returned)
}

/** `INSERT ... SELECT ... FROM unnest(...) WITH ORDINALITY ... ORDER BY ordinality`: constant text, keys numbered in order of the rows. */
function batchInsert(
  mapper: MapperLike,
  written: readonly ColumnAttributeLike[],
  expressions: readonly ColumnSource[],
  returned: readonly ColumnAttributeLike[],
): Insert {
  const columns: SchemaColumn[] = written.map(({ column }) => column)
  const rows = rowArrays(mapper.table, columns, true)
  const items: ColumnElement[] = columns.map((_, index) => rowColumn(rows, index))
  for (const { attribute, expression } of expressions)
    if (expression !== null) {
      items.push(expression)
      columns.push(attribute.column)
    }
  const orderBy = rows.ordinality === null ? [] : [rows.ordinality]
  const select = new Select({ ...EMPTY_SELECT, items, froms: [rows], orderBy })
  return insertInto(mapper, { values: null, from: { columns, select } }, returned)
}

function insertInto(
  mapper: MapperLike,
  content: Pick<Insert['state'], 'values' | 'from'>,
  returned: readonly ColumnAttributeLike[],
): Insert {
  return new Insert({
    table: mapper.table,
    ...content,
    rows: null,
    onConflict: null,
    inline: true,
    returning: returned.map((attribute) => attribute.column),
    ctes: [],
    prefixes: [],
    options: [],
    executionOptions: {},
    plugin: null,
  })
}
