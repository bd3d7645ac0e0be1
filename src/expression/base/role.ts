// `Role`: the places of a statement where an element can stand, as bits; `coerce` asks for them.

/** Bits of `Element.roles`. */
export const Role = {
  /** A value in each row: beside operators, in the columns clause, as a criterion. */
  expression: 1,
  /** After FROM and JOIN. */
  from: 2,
  /** A statement that gives rows: a subquery, a CTE, the right side of IN, a part of UNION. */
  rows: 4,
  /** A mapped class or an alias of one. */
  entity: 8,
  /** SQL written by hand. */
  text: 16,
  /** A table that can be written to. */
  table: 32,
  /** An INSERT, UPDATE or DELETE, whose RETURNING can stand in a CTE. */
  write: 64,
} as const
