/** Bytes that are still to be used. A single chunk is not copied; more are copied once or, as they grow, twice. */
export class GatheredBytes {
  #bytes: Uint8Array = new Uint8Array()
  #owned = false
  #length = 0

  get byteLength(): number {
    return this.#length
  }

  get bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#length)
  }

  append(chunk: Uint8Array): void {
    if (this.#length === 0) return this.#replace(chunk, false)
    const length = this.#length + chunk.byteLength
    if (!this.#owned || length > this.#bytes.byteLength) this.#grow(Math.max(length, 2 * this.#length))
    this.#bytes.set(chunk, this.#length)
    this.#length = length
  }

  take(end: number): Uint8Array {
    const taken = this.#bytes.subarray(0, end)
    // a copy: it would keep what was taken in memory
    this.#replace(this.#bytes.slice(end, this.#length), true)
    return taken
  }

  #grow(capacity: number): void {
    const { bytes } = this
    this.#bytes = new Uint8Array(capacity)
    this.#bytes.set(bytes)
    this.#owned = true
  }

  #replace(bytes: Uint8Array, owned: boolean): void {
    this.#bytes = bytes
    this.#owned = owned
    this.#length = bytes.byteLength
  }
}
