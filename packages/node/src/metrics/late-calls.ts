/** Calls of something that is loaded later: they wait until it is there, and are made in their order. */
export class LateCalls<T> {
  #target: T | undefined
  #waiting: ((target: T) => void)[] = []

  call(work: (target: T) => void): void {
    if (this.#target === undefined) this.#waiting.push(work)
    else work(this.#target)
  }

  arrive(target: T): void {
    this.#target = target
    for (const work of this.#waiting.splice(0)) work(target)
  }
}
