// Words that SQLite keeps for itself.
import { RESERVED } from '../compile/reserved.ts'

// From the list of keywords in SQLite's documentation; those that may be names all the same are quoted too, which does no harm.
const OWN =
  'add after alter attach autoincrement before begin between by cascade commit conflict database deferred delete detach drop ' +
  'each escape except exclusive exists explain fail glob group if ignore immediate index indexed insert instead isnull key ' +
  'match natural no nothing of plan pragma query raise recursive reindex release rename replace restrict returning right ' +
  'rollback row rowid savepoint set temp temporary transaction trigger update vacuum values view virtual window with without'

/** Words that cannot be names in SQLite unless they are quoted. */
export const RESERVED_WORDS: ReadonlySet<string> = new Set([...RESERVED, ...OWN.split(' ')])
