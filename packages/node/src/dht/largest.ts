/** Who has most of something, at any time and at the same cost however many there are. Pure. */
export class Largest {
  readonly #counts = new Map<string, number>()
  readonly #byCount = new Map<number, Set<string>>()
  #most = 0

  /** One of those who have most; nothing if nobody has any. */
  get name(): string | undefined {
    const [name] = this.#byCount.get(this.#most) ?? []
    return name
  }

  add(name: string): void {
    this.#move(name, 1)
  }

  /** Safe for one that has none. */
  remove(name: string): void {
    if (this.#counts.has(name)) this.#move(name, -1)
  }

  #move(name: string, by: 1 | -1): void {
    const before = this.#counts.get(name) ?? 0
    const after = before + by
    this.#leave(name, before)
    if (after === 0) this.#counts.delete(name)
    else this.#enter(name, after)
    // counts change by one: where nobody has most any more, whoever left has one less
    if (after > this.#most || !this.#byCount.has(this.#most)) this.#most = after
  }

  #enter(name: string, count: number): void {
    this.#counts.set(name, count)
    this.#byCount.set(count, (this.#byCount.get(count) ?? new Set()).add(name))
  }

  #leave(name: string, count: number): void {
    const names = this.#byCount.get(count)
    names?.delete(name)
    if (names?.size === 0) this.#byCount.delete(count)
  }
}
