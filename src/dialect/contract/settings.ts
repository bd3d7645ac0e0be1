// Where and how to connect, as plain settings taken from a URL and from the engine's options; each driver picks its own.

/** A password, or a function that is asked for it at each connect (rotating credentials). */
export type Password = string | (() => string | Promise<string>)

/** What a driver is made from. */
export interface DriverSettings {
  /** `pg` or `pglite` for PostgreSQL; null takes the dialect's first choice for the URL. */
  readonly driverName: string | null
  readonly host: string | null
  readonly port: number | null
  readonly user: string | null
  readonly password: Password | null
  /** Database name, or path for embedded databases; null for the server's default or for memory. */
  readonly database: string | null
  /** The URL's query and the engine's `connectArguments`, merged: `sslmode`, `application_name`, `connect_timeout`, ... */
  readonly query: Readonly<Record<string, string>>
}
