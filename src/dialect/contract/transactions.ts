// What a dialect says of transactions besides BEGIN, COMMIT, ROLLBACK and savepoints.

/** How a dialect asks for isolation levels and speaks of prepared transactions. */
export interface TransactionSpelling {
  /** A query with one text: the isolation level of the transaction that runs. */
  readonly isolationLevel: string
  /** A query with one text: the isolation level of transactions that name none. */
  readonly defaultIsolationLevel: string
  /** Null where the database has no transactions in two phases. */
  readonly twoPhase: TwoPhaseSpelling | null
}

/** Transactions in two phases: prepared by one connection, ended by any. */
export interface TwoPhaseSpelling {
  /** Bytes that the name of a transaction may have. */
  readonly nameBytes: number
  /** Ends the transaction that runs, so that it can be committed by its name later. */
  prepare(name: string): string
  commit(name: string): string
  rollback(name: string): string
  /** A query with one text a row: names of the prepared transactions of this database. */
  readonly recover: string
}
