// Partitions: tables that hold a part of another table's rows.
import { ArgumentError } from '../../errors.ts'
import { checkKeys, quoteName } from '../../nearest.ts'
import type { ColumnDefinitions } from '../from/typed.ts'
import { Column, type ColumnOptions } from './column-definition.ts'
import { PrimaryKeyConstraint } from './constraint.ts'
import { register, Table, type TableOptions } from './table.ts'
import type { PartitionBounds } from './table-option.ts'

/** Options of {@link partition}. `constraints` are those that the partition alone has; a primary key among them is given in a list, not by a function. */
export type PartitionOptions = Pick<
  TableOptions,
  'schema' | 'comment' | 'info' | 'constraints' | 'partitionBy' | 'using' | 'with' | 'tablespace'
>

const OPTION_KEYS = ['schema', 'comment', 'info', 'constraints', 'partitionBy', 'using', 'with', 'tablespace'] as const

/**
 * A partition of a table that was made with `partitionBy`. It is a table of the same MetaData, created after the whole and
 * dropped before it; constraints and indexes come from the whole, and `constraints` adds what only the partition has.
 *
 * @param bounds which rows it holds: `{ from, to }` (from included, to not), `{ in }`, `{ modulus, remainder }`, `'default'`.
 * @throws ArgumentError the table is not partitioned, or not in the way that the bounds need.
 * @example
 * const sales = table('sales', metadata, { at: Column(Date) }, { partitionBy: { range: ['at'] } })
 * partition('sales_2026', sales, { from: ['2026-01-01'], to: ['2027-01-01'] })
 * // CREATE TABLE sales_2026 PARTITION OF sales FOR VALUES FROM ('2026-01-01') TO ('2027-01-01')
 */
export function partition<D extends ColumnDefinitions, Name extends string>(
  name: Name,
  whole: Table<D>,
  bounds: PartitionBounds,
  options: PartitionOptions = {},
): Table<D, Name> {
  if (!(whole instanceof Table)) throw new ArgumentError('partition() takes the table that it is a part of')
  if (typeof name !== 'string' || name === '') throw new ArgumentError('partition() takes a name that is not empty')
  checkKeys('partition()', options, OPTION_KEYS)
  const parent = whole as unknown as Table
  const key = parent.storage.partitionBy
  const place = `Partition ${quoteName(name)}`
  if (key === null)
    throw new ArgumentError(`${place}: table ${quoteName(whole.key)} has no partitions: give it { partitionBy }`)
  checkBounds(place, key.strategy, key.parts.length, bounds)
  const ownKey = ownKeyOf(options)
  const definitions: ColumnDefinitions = {}
  for (const column of parent.columnList) {
    const { unique, index, foreignKey, primaryKey, ...rest } = column.definition.options
    const isKey = column.primaryKey || ownKey.includes(column.key) || ownKey.includes(column.name)
    const own: ColumnOptions = isKey
      ? { ...rest, primaryKey: true, nullable: false, name: column.name }
      : { ...rest, name: column.name }
    Object.defineProperty(definitions, column.key, { value: Column(column.type, own), enumerable: true })
  }
  const schema = options.schema === undefined ? whole.schema : options.schema
  const made = new Table(name, parent.metadata, definitions, { ...options, schema }, { parent, bounds })
  return register(made) as unknown as Table<D, Name>
}

/** Where the whole has no key a partition may have one: its columns. */
function ownKeyOf({ constraints }: PartitionOptions): readonly unknown[] {
  const given = Array.isArray(constraints) ? (constraints as readonly unknown[]) : []
  return given.flatMap((each) => (each instanceof PrimaryKeyConstraint ? each.references : []))
}

function checkBounds(place: string, strategy: string, size: number, bounds: PartitionBounds): void {
  const fits =
    bounds === 'default'
      ? strategy !== 'HASH'
      : 'from' in bounds
        ? strategy === 'RANGE' && bounds.from.length === size && bounds.to.length === size
        : 'in' in bounds
          ? strategy === 'LIST' && bounds.in.length > 0
          : strategy === 'HASH' && isNatural(bounds.modulus) && isNatural(bounds.remainder)
  if (!fits)
    throw new ArgumentError(
      `${place}: the bounds do not fit PARTITION BY ${strategy}: give ${WANTED[strategy] ?? "'default'"}${strategy === 'RANGE' ? `, ${size} values each` : ''}`,
    )
}

const WANTED: Readonly<Record<string, string>> = {
  RANGE: "{ from: [...], to: [...] } or 'default'",
  LIST: "{ in: [...] } or 'default'",
  HASH: '{ modulus, remainder }',
}

function isNatural(value: unknown): boolean {
  return Number.isSafeInteger(value) && Number(value) >= 0
}
