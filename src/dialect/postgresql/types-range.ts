// The types of ranges and multiranges.
import { BigInteger, Integer, Numeric } from '../../expression/types/numeric.ts'
import { MultirangeType, RangeType } from '../../expression/types/range.ts'
import { Date as DateSql, DateTime } from '../../expression/types/temporal.ts'

/** INT4RANGE; a `Range<number>`. */
export const INT4RANGE: RangeType<number> = new RangeType('int4range', Integer)
/** INT8RANGE; a `Range<bigint>`. */
export const INT8RANGE: RangeType<bigint> = new RangeType('int8range', BigInteger)
/** NUMRANGE; a `Range<string>` of decimals. */
export const NUMRANGE: RangeType<string> = new RangeType('numrange', Numeric)
/** TSRANGE; a `Range<string>` of timestamps without time zone. */
export const TSRANGE: RangeType<string> = new RangeType('tsrange', DateTime)
/** TSTZRANGE; a `Range<Date>`. */
export const TSTZRANGE: RangeType<Date> = new RangeType('tstzrange', DateTime({ timezone: true }))
/** DATERANGE; a `Range<string>` of dates. */
export const DATERANGE: RangeType<string> = new RangeType('daterange', DateSql)
/** INT4MULTIRANGE; an array of `Range<number>`. */
export const INT4MULTIRANGE: MultirangeType<number> = new MultirangeType('int4multirange', INT4RANGE)
/** INT8MULTIRANGE; an array of `Range<bigint>`. */
export const INT8MULTIRANGE: MultirangeType<bigint> = new MultirangeType('int8multirange', INT8RANGE)
/** NUMMULTIRANGE; an array of `Range<string>`. */
export const NUMMULTIRANGE: MultirangeType<string> = new MultirangeType('nummultirange', NUMRANGE)
/** TSMULTIRANGE; an array of `Range<string>`. */
export const TSMULTIRANGE: MultirangeType<string> = new MultirangeType('tsmultirange', TSRANGE)
/** TSTZMULTIRANGE; an array of `Range<Date>`. */
export const TSTZMULTIRANGE: MultirangeType<Date> = new MultirangeType('tstzmultirange', TSTZRANGE)
/** DATEMULTIRANGE; an array of `Range<string>`. */
export const DATEMULTIRANGE: MultirangeType<string> = new MultirangeType('datemultirange', DATERANGE)
