// `NamedElement` under the name of its own file; it is declared beside `ColumnElement`, whose `label()` gives one.
export { NamedElement } from './column-element.ts'
