// Columns of a reflected table: those of the database, as listeners changed them, or as the program defines them.
import { ArgumentError } from '../../errors.ts'
import { TextClause } from '../../expression/element/text.ts'
import type { ColumnDefinitions } from '../../expression/from/typed.ts'
import { Column, type ColumnOptions, isColumnDefinition } from '../../expression/schema/column-definition.ts'
import type { MetaData } from '../../expression/schema/metadata.ts'
import { sequencesOf } from '../../expression/schema/own-sequences.ts'
import type { ReflectedColumn, ReflectedDefaultSequence, ReflectedRelation } from '../../expression/schema/reflected.ts'
import type { ReflectingColumn, ReflectRequest } from '../../expression/schema/reflector.ts'
import { Sequence } from '../../expression/schema/sequence.ts'
import { Integer, SmallInteger } from '../../expression/types/numeric.ts'
import { quoteName, suggestion } from '../../nearest.ts'
import { numberOptions } from './numbers.ts'

/** The columns of a table to be made, and which of the database's columns each stands for. */
export interface BuiltColumns {
  readonly definitions: ColumnDefinitions
  /** Keys by the names in the database; columns that were left out are not among them. */
  readonly keys: ReadonlyMap<string, string>
  /** The options of columns that the program defined itself, by key. */
  readonly overridden: ReadonlyMap<string, ColumnOptions>
}

/** Definitions for all columns of a relation that are wanted. */
export async function buildColumns(
  registry: MetaData,
  relation: ReflectedRelation,
  request: ReflectRequest,
): Promise<BuiltColumns> {
  const definitions: ColumnDefinitions = {}
  const keys = new Map<string, string>()
  const overridden = new Map<string, ColumnOptions>()
  const define = (key: string, definition: unknown): void => {
    Object.defineProperty(definitions, key, { value: definition, enumerable: true })
  }
  const own = overrides(request)
  for (const column of relation.columns) {
    if (!isWanted(column.name, request)) continue
    const isKey = relation.primaryKey?.columns.includes(column.name) ?? false
    const override = own.get(column.name)
    if (override !== undefined) {
      own.delete(column.name)
      const options = { ...override.options, name: column.name, ...(isKey ? { primaryKey: true } : {}) }
      define(override.key, Column(override.type as never, options as never))
      keys.set(column.name, override.key)
      overridden.set(override.key, override.options)
      continue
    }
    const heard: ReflectingColumn = { ...column, key: column.name }
    await registry.reflection.emit('columnReflect', { relation, column: heard })
    if (!heard.known) warnOfType(relation, heard)
    define(heard.key, Column(heard.type as never, columnOptions(registry, relation, heard, isKey) as never))
    keys.set(column.name, heard.key)
  }
  for (const { key, type, options, name } of own.values()) {
    define(key, Column(type as never, { ...options, name } as never))
    keys.set(name, key)
    overridden.set(key, options)
  }
  return { definitions, keys, overridden }
}

interface Override {
  readonly key: string
  readonly name: string
  readonly type: unknown
  readonly options: ColumnOptions
}

function overrides(request: ReflectRequest): Map<string, Override> {
  const found = new Map<string, Override>()
  for (const [key, definition] of Object.entries(request.columns)) {
    if (!isColumnDefinition(definition))
      throw new ArgumentError(`columns: ${quoteName(key)} is no column: write Column(type, options)`)
    const name = definition.options.name ?? key
    found.set(name, { key, name, type: definition.type, options: definition.options })
  }
  return found
}

/** Whether a column of the database is one of those that were asked for. */
export function isWanted(name: string, { includeColumns, excludeColumns }: ReflectRequest): boolean {
  return (includeColumns === null || includeColumns.includes(name)) && !excludeColumns.includes(name)
}

/** @throws ArgumentError a name that no column has, so that a slip of the pen is not taken for a column that is gone. */
export function checkColumnNames(relation: ReflectedRelation, request: ReflectRequest): void {
  const known = relation.columns.map((column) => column.name)
  for (const [option, names] of [
    ['includeColumns', request.includeColumns ?? []],
    ['excludeColumns', request.excludeColumns],
  ] as const)
    for (const name of names)
      if (!known.includes(name))
        throw new ArgumentError(
          `${option}: ${quoteName(relation.name)} has no column ${quoteName(name)} in the database${suggestion(name, known)}`,
        )
}

function warnOfType(relation: ReflectedRelation, column: ReflectedColumn): void {
  process.emitWarning(
    `Did not recognize type '${column.typeName}' of column ${quoteName(`${relation.name}.${column.name}`)}; its values pass as the server gives them`,
    'SQLAlchemyWarning',
  )
}

function columnOptions(
  registry: MetaData,
  relation: ReflectedRelation,
  column: ReflectingColumn,
  isKey: boolean,
): ColumnOptions {
  const { identity, computed, sequence } = column
  const isSerial = isKey && sequence !== null && isSerialOf(relation, column, sequence)
  const serverDefault =
    isSerial || column.default === null
      ? undefined
      : sequence === null
        ? new TextClause([column.default], [])
        : sequenceNamed(registry, sequence).nextValue()
  return {
    name: column.name,
    ...(isKey ? { primaryKey: true } : {}),
    ...(column.nullable && !isKey ? { nullable: true } : {}),
    ...(serverDefault === undefined ? {} : { serverDefault }),
    ...(identity === null
      ? {}
      : { identity: { ...(identity.always ? { always: true } : {}), ...numberOptions(identity, column.typeName) } }),
    ...(computed === null ? {} : { computed: { sql: computed.sql, persisted: computed.persisted } }),
    // An integer key without a default is none that the database numbers, or it would have one.
    ...(isSerial
      ? { autoincrement: true }
      : isKey && column.type.affinity === 'integer' && !column.autoincrement
        ? { autoincrement: false }
        : {}),
    ...(column.storage === null ? {} : { storage: column.storage }),
    ...(column.compression === null ? {} : { compression: column.compression }),
    ...(column.comment === null ? {} : { comment: column.comment }),
  }
}

/** Whether SERIAL would make such a default, though perhaps a sequence of another name. */
function isSerialOf(relation: ReflectedRelation, column: ReflectedColumn, sequence: ReflectedDefaultSequence): boolean {
  const first = relation.columns.find((each) => each.sequence?.owned === true)
  const isUsual = Object.keys(numberOptions(sequence, sequence.dataType)).length === 0
  return sequence.owned && isUsual && first?.name === column.name && sequence.dataType === column.typeName
}

/** One object for all columns that take their numbers from one sequence. */
function sequenceNamed(registry: MetaData, found: ReflectedDefaultSequence): Sequence {
  const key = found.schema === null ? found.name : `${found.schema}.${found.name}`
  const known = sequencesOf(registry.tables.values(), registry.sequences.values()).find((each) => each.key === key)
  if (known !== undefined) return known
  const { dataType } = found
  return new Sequence(found.name, {
    schema: found.schema,
    ...numberOptions(found, dataType),
    ...(dataType === 'integer' ? { dataType: Integer } : dataType === 'smallint' ? { dataType: SmallInteger } : {}),
  })
}
