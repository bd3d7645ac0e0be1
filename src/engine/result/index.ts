// The face of results.
export { PendingResult } from './pending-result.ts'
export { Result, type ResultSource } from './result.ts'
export { type ColumnKey, Row, RowShape } from './row-shape.ts'
