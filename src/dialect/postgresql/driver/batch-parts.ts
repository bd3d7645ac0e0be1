// What a batch is made of: commands on their way, portals, the data of a COPY; and the messages that several of them need.
import type { RowTarget } from '../../contract/driver.ts'
import type { ByteWriter } from '../codec/byte-writer.ts'
import type { Encoded } from './encode.ts'
import type { RowPlan } from './row-plan.ts'
import type { Known, Prepared } from './statements.ts'

const EXECUTE = 0x45

/** One command on its way. */
export interface Entry {
  readonly known: Known
  readonly prepared: Prepared
  /** Whether it was prepared in this very batch. */
  readonly fresh: boolean
  /** Whether the rows come in the plan's mixed formats. */
  readonly mixed: boolean
  readonly target: RowTarget | null
  plan: RowPlan | null
}

/** A named portal, from which rows are taken page by page. */
export interface Portal {
  readonly name: string
  /** How many rows the next page has at most. */
  rows: number
  /** The command that was bound to it; null before that. */
  entry: Entry | null
  /** Whether rows are left. */
  suspended: boolean
}

/** The two ways of the data of a COPY. */
export interface CopyData {
  /** The server waits for data. */
  started(): void
  /** The server sent data; the memory is the receiver's. */
  received(bytes: Buffer): void
  /** The batch failed; the server is waiting for Sync where data was to be sent. */
  failed(): void
}

/** What is special about the last command of a batch. */
export interface BatchTail {
  /** Its rows are taken from this portal. Where the portal is bound already, the batch consists of its next page alone. */
  readonly portal?: Portal
  /** It is a COPY ... TO STDOUT, or FROM STDIN, whose data goes here. */
  readonly copy?: CopyData
  /** Whether Sync is sent by {@link copy}, behind the data; the server would swallow an earlier one. */
  readonly open?: boolean
  /** Messages that follow it: the whole data of a COPY FROM STDIN. */
  readonly trailer?: Uint8Array
}

/** Portals are `p1`, `p2`, ...; statements have other first letters. */
export function isPortalName(name: string): boolean {
  return name.startsWith('p')
}

export function writeExecute(writer: ByteWriter, portal: string, rows: number): void {
  writer.begin(EXECUTE)
  writer.cstring(portal)
  writer.int32(rows)
  writer.end()
}

export function writeParameters(writer: ByteWriter, parameters: readonly Encoded[]): void {
  const count = parameters.length
  if (parameters.some((parameter) => typeof parameter === 'object' && parameter !== null)) {
    writer.int16(count)
    for (const parameter of parameters) writer.int16(typeof parameter === 'object' && parameter !== null ? 1 : 0)
  } else {
    writer.int16(0)
  }
  writer.int16(count)
  for (const parameter of parameters) {
    if (parameter === null) {
      writer.int32(-1)
    } else if (typeof parameter === 'string') {
      writer.countedString(parameter)
    } else {
      writer.int32(parameter.length)
      writer.bytes(parameter)
    }
  }
}
