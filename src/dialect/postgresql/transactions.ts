// How PostgreSQL speaks of isolation levels and prepared transactions.
import type { TransactionSpelling } from '../contract/transactions.ts'
import { quoteText } from './literal.ts'

/** The name of a prepared transaction stands in a command that takes no parameters, so it is quoted. */
export const TRANSACTIONS: TransactionSpelling = {
  isolationLevel: 'SHOW transaction_isolation',
  defaultIsolationLevel: 'SHOW default_transaction_isolation',
  twoPhase: {
    nameBytes: 199,
    prepare: (name) => `PREPARE TRANSACTION ${quoteText(name)}`,
    commit: (name) => `COMMIT PREPARED ${quoteText(name)}`,
    rollback: (name) => `ROLLBACK PREPARED ${quoteText(name)}`,
    recover:
      'SELECT gid FROM pg_catalog.pg_prepared_xacts WHERE database = pg_catalog.current_database() ORDER BY prepared',
  },
}
