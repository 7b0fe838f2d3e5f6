/** Randomness as a dependency, so that tests are repeatable. */
export interface Random {
  /** `length` cryptographically strong bytes (not strong in the seeded test double). */
  bytes(length: number): Uint8Array
  /** A number in [0, 1). Not for secrets. */
  number(): number
}
