// Number generators of the database as options: only what differs from what the database does by itself.
import type { ReflectedNumbers } from '../../expression/schema/reflected.ts'
import type { SequenceOptions } from '../../expression/schema/server-default.ts'

const GREATEST: ReadonlyMap<string, bigint> = new Map([
  ['smallint', 32_767n],
  ['integer', 2_147_483_647n],
])
const GREATEST_BIGINT = 9_223_372_036_854_775_807n

/** A whole number as small as it can be written. */
function whole(value: bigint): number | bigint {
  const small = Number(value)
  return Number.isSafeInteger(small) ? small : value
}

/** What a generator of numbers of that type was given; empty where nothing. */
export function numberOptions(numbers: ReflectedNumbers, dataType: string): SequenceOptions {
  const { start, increment, minValue, maxValue, cycle, cache } = numbers
  const greatest = GREATEST.get(dataType) ?? GREATEST_BIGINT
  const upwards = increment > 0n
  const usualLeast = upwards ? 1n : -greatest - 1n
  const usualGreatest = upwards ? greatest : -1n
  return {
    ...(start === (upwards ? minValue : maxValue) ? {} : { start: whole(start) }),
    ...(increment === 1n ? {} : { increment: whole(increment) }),
    ...(minValue === usualLeast ? {} : { minValue: whole(minValue) }),
    ...(maxValue === usualGreatest ? {} : { maxValue: whole(maxValue) }),
    ...(cycle ? { cycle } : {}),
    ...(cache === 1 ? {} : { cache }),
  }
}
