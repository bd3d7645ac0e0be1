// The face of results.
export type { ColumnsRow, ColumnsTuple, ColumnValue } from './column-types.ts'
export { FrozenResult } from './frozen.ts'
export { PendingResult } from './pending-result.ts'
export { type InsertedRows, Result, type ResultSource } from './result.ts'
export { type ColumnKey, Row, RowShape } from './row-shape.ts'
export { StreamResult } from './stream-result.ts'
