// Arguments of types: lengths and precisions.
import { ArgumentError } from '../../errors.ts'

/**
 * A length or precision, or null for none.
 * @throws ArgumentError for anything but a whole number from `least` on; the usual one is `String(statement)` where `String` is the type
 */
export function countArgument(type: string, value: unknown, least = 1): number | null {
  if (value === undefined || value === null) return null
  if (Number.isSafeInteger(value) && (value as number) >= least) return value as number
  throw new ArgumentError(
    `${type}() is a SQL type and takes a whole number from ${least} on; for the text of a value write \`\${value}\` or value.toString()`,
  )
}
