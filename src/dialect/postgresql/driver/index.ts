// The face of the driver.
export type { AuthenticationMethod, ChannelBinding } from './authentication.ts'
export { createPostgresDriver } from './connect.ts'
export type { PoolerMode, PostgresConnectOptions, TargetSessionAttributes } from './connect-options.ts'
export type { HostOptions } from './hosts.ts'
export { createPgliteDriver, type PgliteConnectOptions, type PgliteInstance } from './pglite.ts'
export type { SslMode, SslOptions } from './tls.ts'
