// The tables as Kysely wants them told.

import type { Generated } from 'kysely'

export interface Database {
  bench_item: {
    id: number
    code: bigint
    title: string
    category: string
    active: boolean
    score: number
    price: string
    created_at: Date
    born_on: string
    attributes: unknown
  }
  bench_author: { id: number; cohort: number; name: string; email: string; joined_at: Date }
  bench_book: { id: number; author_id: number; title: string; pages: number; rating: number; published_at: Date }
  bench_event: {
    id: Generated<number>
    reference: number
    kind: string
    amount: string
    note: string | null
    happened_at: Date
    flagged: boolean
    weight: number
  }
  bench_account: {
    id: number
    owner: string
    email: string
    balance: string
    status: string
    visits: number
    updated_at: Date
  }
  bench_entry: {
    id: Generated<number>
    account_id: number
    cents: number
    balance_after: string
    happened_at: Date
  }
}
