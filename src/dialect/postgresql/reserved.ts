// Words that PostgreSQL keeps for itself.
import { RESERVED } from '../compile/reserved.ts'

const OWN =
  'collation concurrently current_catalog current_schema fetch lateral returning system_user tablesample variadic window with'

/** Words that cannot be names in PostgreSQL unless they are quoted. */
export const RESERVED_WORDS: ReadonlySet<string> = new Set([...RESERVED, ...OWN.split(' ')])
