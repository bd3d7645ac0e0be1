// Where and how to connect, as plain settings taken from a URL and from the engine's options; each driver picks its own.
import type { ValueCodec } from './value-codec.ts'

/** For whom a password is asked: what a service that issues tokens wants to know. */
export interface PasswordRequest {
  /** Name, address, or the folder of a unix socket. */
  readonly host: string
  readonly port: number
  readonly user: string
  readonly database: string
}

/** A password, or a function that is asked for it at each connect (rotating credentials). */
export type Password = string | ((request: PasswordRequest) => string | Promise<string>)

/** Variables of the environment. */
export type Environment = Readonly<Record<string, string | undefined>>

/** What a driver is made from. */
export interface DriverSettings {
  /** `pg` or `pglite` for PostgreSQL; null takes the dialect's first choice for the URL. */
  readonly driverName: string | null
  /** The servers that stand in the URL in front of the database, in order. */
  readonly hosts: readonly { readonly host: string | null; readonly port: number | null }[]
  readonly user: string | null
  readonly password: Password | null
  /** Database name, or path for embedded databases; null for the server's default or for memory. */
  readonly database: string | null
  /** The URL's query: `sslmode`, `application_name`, `connect_timeout`, ... One that is not known is warned of. */
  readonly query: Readonly<Record<string, string>>
  /** The engine's `connectArguments`, which win over the query. One that is not known is refused. */
  readonly connectArguments: Readonly<Record<string, string>>
  /** What may say what all of these leave out; null where nothing may. */
  readonly environment: Environment | null
  /** How the application wants values where nothing declares their type; none where left out. */
  readonly codecs?: readonly ValueCodec[]
}
