// The face of the driver.
export { createSqliteDriver, type SqliteDriverOptions } from './driver.ts'
