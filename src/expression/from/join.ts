// `Join` under the name of its own file; it is declared beside `FromClause`, whose `join()` gives one.
export { Join } from './from-clause.ts'
