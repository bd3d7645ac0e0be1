// Words that SQLite keeps for itself.
import { RESERVED } from '../compile/reserved.ts'

// Those that its parser takes as names nowhere or not everywhere; the other keywords may be names.
const OWN =
  'add alter autoincrement begin between by commit delete drop escape except exists glob group if index indexed insert isnull ' +
  'match natural nothing over raise recursive regexp returning rowid set transaction update values window with'

/** Words that cannot be names in SQLite unless they are quoted. */
export const RESERVED_WORDS: ReadonlySet<string> = new Set([...RESERVED, ...OWN.split(' ')])
