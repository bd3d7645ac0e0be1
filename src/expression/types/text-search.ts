// Types of full-text search.
import { type Affinity, SqlType } from './type.ts'

/** See `TSVECTOR`, `TSQUERY` and `REGCONFIG`. */
export class TextSearchType extends SqlType<string> {
  readonly kind: string
  readonly affinity: Affinity = 'other'
  constructor(kind: 'tsvector' | 'tsquery' | 'regconfig') {
    super()
    this.kind = kind
  }
}

/** TSVECTOR, a text prepared for search; a string as the server writes it. */
export const TSVECTOR: TextSearchType = new TextSearchType('tsvector')
/** TSQUERY, what is searched for; a string as the server writes it. */
export const TSQUERY: TextSearchType = new TextSearchType('tsquery')
/** REGCONFIG, the name of a configuration for text search: `english`. */
export const REGCONFIG: TextSearchType = new TextSearchType('regconfig')
