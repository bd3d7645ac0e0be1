// What a database can do, as one typed record: layers above ask here, never by the dialect's name.

/** Capabilities of a dialect. */
export interface DialectFeatures {
  /** INSERT, UPDATE and DELETE can return rows. */
  readonly returning: boolean
  /** Keys that the database makes come back from an INSERT of one row without being asked for. Default false. */
  readonly implicitReturning?: boolean
  /** Many rows can be given as one array parameter for each column (`unnest`), with constant text. */
  readonly arrayBatches: boolean
  /** A list in an IN is one array parameter; otherwise it is written at execution. */
  readonly arrayLists: boolean
  /** Tuples that are written out behind IN are rows of VALUES. Default false. */
  readonly tuplesInValues?: boolean
  /** DDL takes part in transactions. */
  readonly transactionalDdl: boolean
  /** SAVEPOINT exists. */
  readonly savepoints: boolean
  /** WITH may contain INSERT, UPDATE and DELETE. */
  readonly dataModifyingCte: boolean
  /** Tables live in named schemas. */
  readonly schemas: boolean
  /** Enumerations, domains and composite types are types of the database with names. */
  readonly namedTypes: boolean
  /** Named constraints can be added after the table was created (cyclic foreign keys). */
  readonly alterConstraints: boolean
  /** How a column is kept can be said. Default true. */
  readonly columnStorage?: boolean
  /** COMMENT ON exists. Default true. */
  readonly comments?: boolean
  /** Sequences exist. Default true. */
  readonly sequences?: boolean
  /**
   * Whether the rows of a statement can be fetched in pages while others are run (`DriverConnection.openCursor`): anywhere,
   * only inside of a transaction, or not at all.
   */
  readonly cursors: 'anywhere' | 'transaction' | 'none'
  /** COPY moves rows in bulk (`DriverConnection.copyIn` and `copyOut`). */
  readonly copy: boolean
  /** LISTEN and NOTIFY exist (`DriverConnection.onNotification`). */
  readonly notifications: boolean
  /** Names that differ only by the case of ASCII letters are one. Default false: they are where they are not in quotes. */
  readonly caseInsensitiveNames?: boolean
  /** Longest identifier in bytes. */
  readonly identifierBytes: number
}

/** A name as databases with {@link DialectFeatures.caseInsensitiveNames} compare it: letters beyond ASCII stay as they are. */
export function foldName(name: string): string {
  return name.replaceAll(/[A-Z]+/g, (letters) => letters.toLowerCase())
}
