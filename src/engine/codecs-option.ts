// Checks of the engine's `codecs`.
import type { ValueCodec } from '../dialect/contract/value-codec.ts'
import { ArgumentError } from '../errors.ts'
import { checkKeys, quoteName } from '../nearest.ts'

const KEYS: readonly (keyof ValueCodec)[] = ['type', 'decode', 'class', 'encode']

/** @throws ArgumentError one of them is none, or there are two for a type. */
export function checkCodecs(codecs: unknown): asserts codecs is readonly ValueCodec[] {
  if (!Array.isArray(codecs)) throw new ArgumentError("codecs is a list: [{ type: 'numeric', decode: Number }]")
  const types = new Set<unknown>()
  for (const codec of codecs as readonly unknown[]) {
    if (typeof codec !== 'object' || codec === null) throw new ArgumentError('codecs: each is an object with a type')
    checkKeys('codecs', codec, KEYS)
    const { type, decode, class: kind, encode } = codec as Record<keyof ValueCodec, unknown>
    const isName = typeof type === 'string' && type !== ''
    if (!isName && !(Number.isInteger(type) && (type as number) > 0))
      throw new ArgumentError("codecs: type is the database's name of a type, such as 'numeric', or its number")
    if (types.has(type)) throw new ArgumentError(`codecs: there are two for the type ${quoteName(type)}`)
    types.add(type)
    for (const [name, given] of Object.entries({ decode, class: kind, encode }))
      if (given !== undefined && typeof given !== 'function')
        throw new ArgumentError(`codecs: ${name} of ${quoteName(type)} is a ${name === 'class' ? 'class' : 'function'}`)
    if (decode === undefined && kind === undefined)
      throw new ArgumentError(`codecs: the one of ${quoteName(type)} has neither decode nor class`)
    if (encode !== undefined && kind === undefined)
      throw new ArgumentError(`codecs: encode of ${quoteName(type)} needs the class of its values`)
  }
}
