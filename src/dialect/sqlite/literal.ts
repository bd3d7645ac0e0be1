// Values as text of SQLite.
import { CompileError } from '../../errors.ts'
import type { SqlType } from '../../expression/types/type.ts'
import { literal, standardBytes, standardText } from '../compile/literal.ts'
import { jsonText } from '../json-text.ts'
import type { SqliteValue } from './codec/codec.ts'
import { typeCodec } from './type-codec.ts'
import { HOST } from './type-name.ts'

/** What a parameter of the type would carry, written out. */
function ownLiteral(value: unknown, type: SqlType): string | null {
  if (typeof value === 'boolean') return value ? '1' : '0'
  const codec = typeof value === 'object' || isStoredOtherwise(type) ? typeCodec(type) : null
  if (codec === null) return typeof value === 'number' ? numberText(value) : null
  try {
    return storedText(codec.encode(value))
  } catch (error) {
    throw new CompileError(`No literal can be written: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    })
  }
}

/** Whether texts are kept in another spelling than they are given in, as `09:30` is; decimals are no texts there. */
function isStoredOtherwise({ kind, affinity }: SqlType): boolean {
  if (kind === 'user') return false
  return kind === 'jsonKey' || STORED_OTHERWISE.has(affinity)
}

const STORED_OTHERWISE: ReadonlySet<string> = new Set(['numeric', 'date', 'time', 'datetime', 'interval', 'uuid'])

function storedText(value: SqliteValue): string {
  if (typeof value === 'string') return standardText(value)
  return typeof value === 'object' ? standardBytes(value) : numberText(value)
}

function numberText(value: number | bigint): string {
  if (typeof value === 'bigint' || Number.isFinite(value)) return String(value)
  if (Number.isNaN(value)) throw new CompileError('SQLite has no NaN')
  return value > 0 ? '9e999' : '-9e999'
}

/** A value as SQL text. */
export function sqliteLiteral(value: unknown, type: SqlType): string {
  return literal(value, type, {
    host: HOST,
    own: ownLiteral,
    text: standardText,
    document: (document) => jsonText('JSON', document, 'SQLite'),
    bytes: standardBytes,
    array: () => {
      throw new CompileError('SQLite has no arrays')
    },
  })
}
