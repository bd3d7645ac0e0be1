// Keeps the event loop awake for the moment between two pieces of a large answer.

/** A server sends when it has filled 8 KiB: behind a small piece there is rarely another at once. */
const PIECE_BYTES = 4096
/** How many turns of the loop a piece is waited for: some 100 µs where the loop has nothing else to do. */
const TURNS = 64
/** A wait in vain costs some ten times what one saves that was not, so it takes as much patience as so many pieces give. */
const IN_VAIN = 16
const MOST_PATIENCE = 8

/**
 * Rows are read faster than a server makes them, so the process would fall asleep behind each piece, some 200 times in 10,000 rows.
 * To wake it takes a server on the same machine up to a fifth of its time, and the process as much as the turns of the loop do. Nothing
 * depends on it: whatever comes is read when it comes.
 */
export class Vigil {
  readonly #turn: () => void
  #awake = false
  #turns = 0
  #patience = MOST_PATIENCE

  constructor() {
    this.#turn = () => {
      if (this.#turns > 0) {
        this.#turns--
        setImmediate(this.#turn)
        return
      }
      if (this.#turns === 0) this.#patience -= IN_VAIN
      this.#awake = false
    }
  }

  /** A piece of an answer has come, and it is not the last. */
  piece(bytes: number): void {
    if (this.#patience < MOST_PATIENCE) this.#patience++
    if (this.#awake) this.#turns = TURNS
    else if (bytes >= PIECE_BYTES && this.#patience > 0) {
      this.#awake = true
      this.#turns = TURNS
      setImmediate(this.#turn)
    }
  }

  /** The answer is complete. */
  end(): void {
    if (this.#awake) this.#turns = -1
  }
}
