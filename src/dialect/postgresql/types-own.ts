// PostgreSQL's own types whose values are texts or numbers: networks, bits, money, names of objects, XML; key-value pairs.
import { countArgument } from '../../expression/types/argument.ts'
import { callableType } from '../../expression/types/callable.ts'
import { inferType } from '../../expression/types/infer.ts'
import { Numeric } from '../../expression/types/numeric.ts'
import { type Affinity, SqlType } from '../../expression/types/type.ts'

/** A type that is told from others by its name alone, and by a length. */
export class OwnType<V = string> extends SqlType<V> {
  readonly kind: string = 'own'
  readonly affinity: Affinity
  readonly typeName: string
  readonly length: number | null
  constructor(typeName: string, affinity: Affinity = 'other', length: number | null = null) {
    super()
    this.typeName = typeName
    this.affinity = affinity
    this.length = length
  }
  override shape(): readonly (string | number | null)[] {
    return [this.typeName, this.length]
  }
}

class MoneyType extends OwnType {
  /** An amount by an amount is a number: a decimal string, as the amounts are texts. An amount by a number is an amount, on either side. */
  override calculated(operator: string, other: SqlType, isLeft: boolean): SqlType | null {
    if (other instanceof MoneyType) return operator === 'divide' ? Numeric : null
    return !isLeft && operator === 'multiply' ? this : null
  }
  /** Amounts are multiplied and divided by numbers; those beside other operators are the server's to judge. */
  override coerceComparedValue(value: unknown): SqlType | null | undefined {
    return typeof value === 'number' || typeof value === 'bigint' ? inferType(value) : undefined
  }
}

/** INET, an address with or without its network; a string. */
export const INET: OwnType = new OwnType('INET')
/** CIDR, a network; a string. */
export const CIDR: OwnType = new OwnType('CIDR')
/** MACADDR; a string. */
export const MACADDR: OwnType = new OwnType('MACADDR')
/** MACADDR8; a string. */
export const MACADDR8: OwnType = new OwnType('MACADDR8')
/** MONEY; a string as the server's `lc_monetary` writes it. It is multiplied with numbers and divided by them; divided by MONEY it is a number, as a decimal string. */
export const MONEY: OwnType = new MoneyType('MONEY')
/** XML; a string. */
export const XML: OwnType = new OwnType('XML')
/** OID, the number of an object in the catalogs; a `number`. */
export const OID: OwnType<number> = new OwnType<number>('OID', 'integer')
/** REGCLASS, the name of a table, as the server writes it; a string. */
export const REGCLASS: OwnType = new OwnType('REGCLASS')
/** CITEXT of the extension of that name: text compared without regard to case; a string. */
export const CITEXT: OwnType = new OwnType('CITEXT', 'string')

type BitFactory = OwnType & ((length?: number) => OwnType)

/** BIT(length), so many bits and no other number of them; a string of zeros and ones. */
export const BIT: BitFactory = callableType(
  new OwnType('BIT'),
  (length?: number) => new OwnType<string>('BIT', 'other', countArgument('BIT', length)),
)
/** BIT VARYING(length); a string of zeros and ones. */
export const VARBIT: BitFactory = callableType(
  new OwnType('BIT VARYING'),
  (length?: number) => new OwnType<string>('BIT VARYING', 'other', countArgument('VARBIT', length)),
)

/** Pairs of texts. */
export type HstoreValue = Readonly<Record<string, string | null>>

/** See {@link HSTORE}. */
export class HstoreType extends SqlType<HstoreValue> {
  readonly kind: string = 'hstore'
  readonly affinity: Affinity = 'other'
  override coerceComparedValue(value: unknown): SqlType | null | undefined {
    return typeof value === 'object' ? this : undefined
  }
  override sameValue(one: HstoreValue | null | undefined, other: HstoreValue | null | undefined): boolean {
    if (one === other) return true
    if (!one || !other) return false
    const keys = Object.keys(one)
    if (keys.length !== Object.keys(other).length) return false
    return keys.every((key) => Object.hasOwn(other, key) && one[key] === other[key])
  }
}
/** HSTORE of the extension of that name: an object of texts and nulls by key. */
export const HSTORE: HstoreType = new HstoreType()
