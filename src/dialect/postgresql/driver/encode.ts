// Parameters to text and bytes, all of them before anything is written.
import { type Command, DriverError } from '../../contract/driver.ts'
import type { PostgresCodec } from '../codec/codec.ts'
import { encodeInferred } from '../codec/infer.ts'
import type { TypeCatalog } from '../codec/type-catalog.ts'

/** A parameter ready to be written; null is NULL. */
export type Encoded = string | Uint8Array | null

// Bind counts its parameters in 16 bits and its bytes in 32, of which PostgreSQL accepts 2^30; counts beyond would wrap
// around and let one value be read as several messages.
const MAXIMUM_PARAMETERS = 65535
const MAXIMUM_BYTES = 2 ** 30 - 1

/**
 * Encodes the parameters of a batch.
 * @throws DriverError naming the command, the parameter and its type; nothing was sent.
 */
export function encodeBatch(commands: readonly Command[], types: TypeCatalog): Encoded[][] {
  const encoded = commands.map((command, index) => encodeCommand(command, index, types))
  // The length in characters is a lower bound that is cheap to know; only large batches are counted exactly.
  let characters = 0
  for (const [index, parameters] of encoded.entries()) {
    characters += commands[index]?.statement.sql.length ?? 0
    for (const one of parameters) if (one !== null) characters += one.length
  }
  if (characters > MAXIMUM_BYTES / 3 && exactBytes(commands, encoded) > MAXIMUM_BYTES) {
    throw new DriverError(`a batch may take at most ${MAXIMUM_BYTES} bytes`, { sent: false })
  }
  return encoded
}

function exactBytes(commands: readonly Command[], encoded: readonly (readonly Encoded[])[]): number {
  let bytes = 0
  for (const command of commands) bytes += Buffer.byteLength(command.statement.sql) + 64
  for (const one of encoded.flat()) {
    if (one !== null) bytes += 6 + (typeof one === 'string' ? Buffer.byteLength(one) : one.length)
  }
  return bytes
}

function encodeCommand(command: Command, commandIndex: number, types: TypeCatalog): Encoded[] {
  const { statement, parameters } = command
  const count = parameters.length
  const fail = (message: string): DriverError => new DriverError(message, { sent: false, commandIndex })
  if (count > MAXIMUM_PARAMETERS) {
    throw fail(
      `a statement takes at most ${MAXIMUM_PARAMETERS} parameters, not ${count}; send lists as one array, and the rows of an INSERT as the second argument of execute()`,
    )
  }
  if (count !== statement.parameters.length) {
    throw fail(`the statement has ${statement.parameters.length} parameters and was given ${count}`)
  }
  const encoded: Encoded[] = new Array(count)
  for (let index = 0; index < count; index++) {
    const value = parameters[index]
    if (value === null) {
      encoded[index] = null
      continue
    }
    const codec = statement.parameters[index] as PostgresCodec | null
    try {
      encoded[index] = codec === null ? encodeInferred(value, types) : codec.encode(value)
    } catch (error) {
      throw parameterError(error, codec, index, commandIndex)
    }
  }
  return encoded
}

function parameterError(error: unknown, codec: PostgresCodec | null, index: number, commandIndex: number): DriverError {
  const why = error instanceof Error ? error.message : String(error)
  const type = codec === null ? '' : ` (${codec.name})`
  return new DriverError(`parameter $${index + 1}${type}: ${why}`, {
    cause: error,
    sent: false,
    commandIndex,
    parameterIndex: index,
  })
}
