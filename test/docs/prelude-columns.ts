// What the examples of the expression rooms take for granted besides the prelude: columns by the table's first letter.

import { addresses, users } from './prelude.ts'

export const u = users.c
export const a = addresses.c
