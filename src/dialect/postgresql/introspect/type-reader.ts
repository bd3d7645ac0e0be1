// From a type's number in the catalogs to the type of this library.
import { ARRAY } from '../../../expression/types/array.ts'
import { Enum } from '../../../expression/types/enum.ts'
import type { SqlType } from '../../../expression/types/type.ts'
import { CompositeType, Domain, type DomainOptions } from '../types-composite.ts'
import { multirangeName, NamedRangeType, type RangeOfOptions } from '../types-named-range.ts'
import { CITEXT, HSTORE } from '../types-own.ts'
import { ReflectedType } from '../types-reflected.ts'
import { builtInElement, builtInType } from './built-in-types.ts'
import { type CollationName, collationOf, placeOfCollation } from './collation.ts'
import type { TypeRow } from './types-query.ts'

/** What a column says of its type besides number and modifier. */
export interface TypeUse {
  readonly dimensions: number
  /** Null for the type's own. */
  readonly collation: CollationName | null
  /** As the database spells it. */
  readonly typeName: string
}

/** A type, and whether this library knows it. */
export interface ReadType {
  readonly type: SqlType
  readonly known: boolean
}

const EXTENSION_TYPES: ReadonlyMap<string, SqlType> = new Map<string, SqlType>([
  ['citext', CITEXT],
  ['hstore', HSTORE],
])

/** Types of one database by number; equal types are one object. */
export class TypeReader {
  readonly #rows: ReadonlyMap<number, TypeRow>
  readonly #named: Map<number, ReadType> = new Map()

  constructor(rows: readonly TypeRow[]) {
    this.#rows = new Map(rows.map((row) => [row.oid, row]))
  }

  /** The type of a column, a field, or a domain's base. */
  read(oid: number, modifier: number, use: TypeUse): ReadType {
    const own = builtInType(oid, modifier, use.collation)
    if (own !== null) return { type: own, known: true }
    const element = builtInElement(oid)
    if (element !== null) return this.#array(element, modifier, use)
    const row = this.#rows.get(oid)
    if (row === undefined) return unknownType(use.typeName)
    if (row.sort === 'b' && row.element !== 0) return this.#array(row.element, modifier, use)
    let type = this.#named.get(oid)
    if (type === undefined) {
      type = this.#read(row, use.typeName)
      this.#named.set(oid, type)
    }
    return type
  }

  #array(element: number, modifier: number, use: TypeUse): ReadType {
    const typeName = use.typeName.replace(/(\[\])+$/, '')
    const { type, known } = this.read(element, modifier, { ...use, typeName, dimensions: 0 })
    // The server keeps the number of dimensions that was declared but minds it nowhere.
    const dimensions = use.dimensions > 1 ? { dimensions: use.dimensions as 2 } : {}
    return { type: ARRAY(type, dimensions), known }
  }

  #read(row: TypeRow, typeName: string): ReadType {
    const place = placeOf(row)
    if (row.sort === 'e' && row.labels.length > 0)
      return { type: Enum(...row.labels, { name: row.name, ...place, ...commentOf(row) }), known: true }
    if (row.sort === 'd') return this.domain(row)
    if (row.sort === 'c' && row.fields.length > 0) return this.#composite(row)
    if (row.sort === 'r' || row.sort === 'm') return this.#range(row, typeName)
    const own = row.sort === 'b' ? EXTENSION_TYPES.get(row.name) : undefined
    // Where the name alone does not find it, its values are read by what the catalogs say.
    if (own !== undefined) return { type: row.visible ? own : new ReflectedType(typeName), known: true }
    return unknownType(typeName)
  }

  /** A domain, and what it is made of. */
  domain(row: TypeRow): ReadType & { readonly base: SqlType } {
    const use = { dimensions: row.dimensions, collation: null, typeName: row.baseName ?? '' }
    const { type: base, known } = this.read(row.base, row.modifier, use)
    const options: DomainOptions = {
      ...placeOf(row),
      ...commentOf(row),
      ...(row.notNull ? { notNull: true } : {}),
      ...(row.default === null ? {} : { default: row.default }),
      ...(row.collation === null ? {} : { collation: row.collation }),
      ...placeOfCollation(row),
      ...checksOf(row),
    }
    return { type: Domain(row.name, base, options), known, base }
  }

  /** A type whose values a function of its own makes canonical cannot be created from here: it stays what the database has. */
  #range(row: TypeRow, typeName: string): ReadType {
    const range = row.sort === 'r' ? row : this.#rows.get(row.base)
    if (range === undefined || range.isCanonical) return { type: new ReflectedType(typeName), known: true }
    const of = row === range ? this.#rangeType(range) : this.read(range.oid, -1, { ...PLAIN_USE, typeName: range.name })
    if (row === range || !(of.type instanceof NamedRangeType)) return of
    return { ...of, type: of.type.multirange }
  }

  #rangeType(row: TypeRow): ReadType {
    const { type, known } = this.read(row.base, -1, { ...PLAIN_USE, typeName: row.baseName ?? '' })
    const { multirange, subtypeDiff, operatorClass, collation } = row
    const options: RangeOfOptions = {
      ...placeOf(row),
      ...commentOf(row),
      ...(multirange === null || multirange === multirangeName(row.name) ? {} : { multirange }),
      ...(subtypeDiff === null ? {} : { subtypeDiff }),
      ...(operatorClass === null ? {} : { operatorClass }),
      ...(collation === null ? {} : { collation }),
      ...placeOfCollation(row),
    }
    return { type: new NamedRangeType(row.name, type, options), known }
  }

  #composite(row: TypeRow): ReadType {
    let known = true
    const fields = row.fields.map((name, place): [string, SqlType] => {
      const field = this.read(Number(row.fieldTypes[place]), Number(row.fieldModifiers[place]), {
        dimensions: Number(row.fieldDimensions[place]),
        collation: collationOf({
          collation: row.fieldCollations[place] ?? null,
          collationSchema: row.fieldCollationSchemas[place] ?? null,
        }),
        typeName: row.fieldNames[place] ?? '',
      })
      known &&= field.known
      return [name, field.type]
    })
    return { type: new CompositeType(row.name, fields, { ...placeOf(row), ...commentOf(row) }), known }
  }
}

const PLAIN_USE = { dimensions: 0, collation: null }

function placeOf({ visible, schema }: TypeRow): { readonly schema?: string } {
  return visible ? {} : { schema }
}

function commentOf({ comment }: TypeRow): { readonly comment?: string } {
  return comment === null ? {} : { comment }
}

function checksOf({ checks, checkNames }: TypeRow): Pick<DomainOptions, 'check' | 'constraintName' | 'checks'> {
  const [check, ...more] = checks
  if (check === undefined) return {}
  const [constraintName = ''] = checkNames
  if (more.length === 0) return { check, constraintName }
  return { checks: Object.fromEntries(checks.map((each, place) => [checkNames[place] ?? '', each])) }
}

function unknownType(typeName: string): ReadType {
  return { type: new ReflectedType(typeName), known: false }
}
