import { MAX_POOL, POOL_AGE_MS, SAMPLE_CAPS, SORT_MS } from './constants.ts'
import { sampleSpread, stratify } from './stratify.ts'
import type { PeerId } from '@libp2p/interface'
import type { Clock, Random } from '@waystone/interface'
import type { Network } from './network.ts'
import type { Strata } from './stratify.ts'

/** A peer that this node has dialled itself. */
export interface ReachedPeer {
  readonly id: string
  readonly peer: PeerId
  /** Its signed peer record, as it came. */
  readonly record: Uint8Array
  readonly networks: readonly Network[]
  /** By {@link Clock.monotonic}. */
  readonly reachedAt: number
}

export interface PoolInit {
  clock: Clock
  random: Random
  private: boolean
}

/** Peers that were dialled back lately. */
export class Pool {
  readonly #init: PoolInit
  // reached longest ago first, as a Map keeps the order of insertion
  readonly #peers = new Map<string, ReachedPeer>()
  #strata: Strata<ReachedPeer> | undefined
  #sortedAt = 0

  constructor(init: PoolInit) {
    this.#init = init
  }

  get size(): number {
    this.#forget()
    return this.#peers.size
  }

  get(id: string): ReachedPeer | undefined {
    this.#forget()
    return this.#peers.get(id)
  }

  add(reached: ReachedPeer): void {
    this.delete(reached.id)
    this.#peers.set(reached.id, reached)
    const [oldest] = this.#peers.keys()
    if (this.#peers.size > MAX_POOL && oldest !== undefined) this.#peers.delete(oldest)
  }

  delete(id: string): void {
    this.#peers.delete(id)
  }

  /**
   * So many by chance, spread over networks. Cheap enough for many callers at once.
   *
   * @param isFit - asked of those only that are about to be given
   */
  sample(count: number, isFit: (reached: ReachedPeer) => boolean): ReachedPeer[] {
    const { random, private: exemptPrivate } = this.#init
    const isHere = (reached: ReachedPeer): boolean => this.get(reached.id) === reached && isFit(reached)
    const caps = { ...SAMPLE_CAPS, exemptPrivate }
    return sampleSpread(this.#sorted(), { count, caps, random, isFit: isHere })
  }

  // those that came within the last second are left out of samples for that long
  #sorted(): Strata<ReachedPeer> {
    const now = this.#init.clock.monotonic()
    if (this.#strata === undefined || now - this.#sortedAt >= SORT_MS) {
      this.#forget()
      this.#strata = stratify([...this.#peers.values()], { exemptPrivate: this.#init.private })
      this.#sortedAt = now
    }
    return this.#strata
  }

  #forget(): void {
    const now = this.#init.clock.monotonic()
    for (const { id, reachedAt } of this.#peers.values()) {
      if (now - reachedAt < POOL_AGE_MS) return
      this.#peers.delete(id)
    }
  }
}
