// The face of results.
export type { ColumnsRow, ColumnsTuple, ColumnValue } from './column-types.ts'
export { FrozenResult } from './frozen.ts'
export { PendingResult } from './pending-result.ts'
export { Result } from './result.ts'
export type { InsertedRows, ResultSource } from './result-source.ts'
export { type ColumnKey, Row, RowShape } from './row-shape.ts'
export { StreamResult } from './stream-result.ts'
