// The face of the driver.
export { createPostgresDriver, type PostgresConnectOptions } from './connect.ts'
export { createPgliteDriver, type PgliteConnectOptions, type PgliteInstance } from './pglite.ts'
export type { SslMode, SslOptions } from './tls.ts'
