/** Bits, so that 16 KiB a watcher do. */
const BITS = 2 ** 17
const WORD_BITS = 32

/**
 * Which records a watcher may have been told of. Where two share a bit it says yes too often: the watcher is then told
 * once more that something went, never too little.
 */
export class SeenPlaces {
  readonly #words = new Uint32Array(BITS / WORD_BITS)

  /** Of a watcher that comes back: what it has seen is not known. */
  addAll(): void {
    this.#words.fill(0xffff_ffff)
  }

  clear(): void {
    this.#words.fill(0)
  }

  add(place: number): void {
    const bit = place % BITS
    const word = Math.floor(bit / WORD_BITS)
    this.#words[word] = (this.#words[word] ?? 0) | (1 << (bit % WORD_BITS))
  }

  has(place: number): boolean {
    const bit = place % BITS
    return ((this.#words[Math.floor(bit / WORD_BITS)] ?? 0) & (1 << (bit % WORD_BITS))) !== 0
  }
}
