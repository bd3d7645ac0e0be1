// The plain shapes every contender must produce: what the rows of the benchmark's tables look like in TypeScript.

/** A row of `bench_item`: ten columns of ten types. */
export interface Item {
  readonly id: number
  readonly code: bigint
  readonly title: string
  readonly category: string
  readonly active: boolean
  readonly score: number
  /** numeric(12, 2), exact, as text */
  readonly price: string
  readonly createdAt: Date
  /** date, as `YYYY-MM-DD` */
  readonly bornOn: string
  readonly attributes: unknown
}

/** A row of `bench_book`. */
export interface Book {
  readonly id: number
  readonly title: string
  readonly pages: number
  readonly rating: number
  readonly publishedAt: Date
}

/** A row of `bench_author` with its books. `Iterable`, because an ORM's collection need not be a plain array. */
export interface Author {
  readonly id: number
  readonly cohort: number
  readonly name: string
  readonly email: string
  readonly joinedAt: Date
  readonly books: Iterable<Book>
}

/** What is known of a row of `bench_event` before it is inserted. */
export interface NewEvent {
  readonly reference: number
  readonly kind: string
  readonly amount: string
  readonly note: string | null
  readonly happenedAt: Date
  readonly flagged: boolean
  readonly weight: number
}

/** A row of `bench_event`, with the key the database gave. */
export interface Event extends NewEvent {
  readonly id: number
}

/** A row of `bench_account`. */
export interface Account {
  readonly id: number
  readonly owner: string
  readonly email: string
  readonly balance: string
  readonly status: string
  readonly visits: number
  readonly updatedAt: Date
}

/** The new values of one loaded account. */
export interface AccountChange {
  readonly balance: string
  readonly status: string
  readonly visits: number
}

/** One transfer: read the account, write the new balance, note it in the ledger. */
export interface Transfer {
  readonly accountId: number
  readonly cents: number
  readonly happenedAt: Date
}

/** A row of `bench_entry`, the ledger. */
export interface Entry {
  readonly id: number
  readonly accountId: number
  readonly balanceAfter: string
}

/** The values of the statement that the build cell makes. */
export interface ReportParameters {
  readonly minimumPages: number
  readonly cohort: number
  readonly namePattern: string
  readonly minimumBooks: number
  readonly minimumRating: number
  readonly publishedBefore: Date
  readonly category: string
  readonly maximumScore: number
  readonly limit: number
}

/** A compiled statement. */
export interface Compiled {
  readonly sql: string
  readonly parameters: readonly unknown[]
}

/** The balance after a transfer, in exact cents; every contender computes it with this function. */
export function addCents(balance: string, cents: number): string {
  const total = Math.round(Number(balance) * 100) + cents
  return (total / 100).toFixed(2)
}
