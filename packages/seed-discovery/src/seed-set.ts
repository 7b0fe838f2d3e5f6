import { Seed } from './seed.ts'
import type { PlannedNode } from './plan.ts'
import type { SeedParts } from './seed.ts'

interface Kept {
  seed: Seed
  controller: AbortController
}

/** The seeds that are kept now, and how they become those that are planned. */
export class SeedSet {
  readonly #parts: SeedParts
  readonly #running = new Set<Promise<unknown>>()
  readonly #ending = new AbortController()
  #kept = new Map<string, Kept>()

  constructor(parts: SeedParts) {
    this.#parts = parts
  }

  get seeds(): Seed[] {
    return [...this.#kept.values()].map(({ seed }) => seed)
  }

  /** Dials and holds who is new, drops who is gone; nothing happens to the others. */
  follow(nodes: readonly PlannedNode[]): void {
    const before = this.#kept
    this.#kept = new Map()
    for (const node of nodes) {
      const id = node.peerId.toString()
      this.#kept.set(id, this.#next(before.get(id), node))
      before.delete(id)
    }
    for (const kept of before.values()) this.#drop(kept)
  }

  wake(): void {
    for (const seed of this.seeds) seed.wake()
  }

  /** Ends all loops; the seeds stay for those who ask for their state. */
  async stop(): Promise<void> {
    this.#ending.abort()
    for (const { controller } of this.#kept.values()) controller.abort()
    await Promise.all(this.#running)
  }

  #next(kept: Kept | undefined, node: PlannedNode): Kept {
    if (kept === undefined) return this.#add(node)
    const { hold, connect } = kept.seed.node
    if (hold === node.hold && connect === node.connect) {
      kept.seed.node = node
      return kept
    }
    kept.controller.abort()
    if (hold && !node.hold) this.#track(kept.seed.release())
    return this.#add(node)
  }

  #add(node: PlannedNode): Kept {
    const [seed, controller] = [new Seed(node, this.#parts), new AbortController()]
    this.#track(seed.keep({ signal: controller.signal }))
    return { seed, controller }
  }

  #drop({ seed, controller }: Kept): void {
    controller.abort()
    const isKnown = !['none', 'blocked'].includes(this.#parts.trust.levelOf(seed.node.peerId))
    this.#track(isKnown ? seed.release() : seed.letGo({ signal: this.#ending.signal }))
  }

  #track(work: Promise<void>): void {
    const tracked = work.finally(() => this.#running.delete(tracked))
    this.#running.add(tracked)
  }
}
