/** The last so many items; adding and dropping take the same time however many there are. */
export class Ring<T> {
  readonly #capacity: number
  readonly #items: T[] = []
  #next = 0

  constructor(capacity: number) {
    this.#capacity = capacity
  }

  get last(): T | undefined {
    return this.#items[(this.#next + this.#capacity - 1) % this.#capacity]
  }

  push(item: T): void {
    this.#items[this.#next] = item
    this.#next = (this.#next + 1) % this.#capacity
  }

  /** Oldest first. */
  toArray(): T[] {
    return this.#items.length < this.#capacity
      ? this.#items.slice()
      : [...this.#items.slice(this.#next), ...this.#items.slice(0, this.#next)]
  }
}
