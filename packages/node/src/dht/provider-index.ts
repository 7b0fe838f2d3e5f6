import { Largest } from './largest.ts'

export interface ProviderLimits {
  /** Records in all. */
  total: number
  /** Of one peer: what it has told of longest ago gives way. */
  perPeer: number
  /** Providers of one content: who comes later is not taken. */
  perContent: number
}

interface ProviderName {
  content: string
  peer: string
}

/** Which records of providers there are, and which give way to a new one. Pure. */
export class ProviderIndex {
  readonly #limits: ProviderLimits
  readonly #names = new Map<string, ProviderName>()
  /** Longest not told of first, as a Set keeps the order of insertion. */
  readonly #byPeer = new Map<string, Set<string>>()
  readonly #byContent = new Map<string, number>()
  readonly #largest = new Largest()

  constructor(limits: ProviderLimits) {
    this.#limits = limits
  }

  get size(): number {
    return this.#names.size
  }

  /** Whether there is room for it beside the other providers of the content. */
  fits(key: string, content: string): boolean {
    return this.#names.has(key) || (this.#byContent.get(content) ?? 0) < this.#limits.perContent
  }

  /** Adds or renews a record. Returns the keys of those that give way, already gone from here. */
  take(key: string, { content, peer }: ProviderName): string[] {
    this.drop(key)
    this.#names.set(key, { content, peer })
    this.#byContent.set(content, (this.#byContent.get(content) ?? 0) + 1)
    const own = this.#byPeer.get(peer) ?? new Set()
    this.#byPeer.set(peer, own.add(key))
    this.#largest.add(peer)
    const gone: string[] = []
    if (own.size > this.#limits.perPeer) gone.push(this.#dropOldest(own))
    // who has most gives way, so that whoever floods pushes out its own
    if (this.size > this.#limits.total) gone.push(this.#dropOldest(this.#ofLargest()))
    return gone
  }

  drop(key: string): void {
    const name = this.#names.get(key)
    if (name === undefined) return
    this.#names.delete(key)
    const left = (this.#byContent.get(name.content) ?? 1) - 1
    if (left > 0) this.#byContent.set(name.content, left)
    else this.#byContent.delete(name.content)
    const own = this.#byPeer.get(name.peer)
    own?.delete(key)
    this.#largest.remove(name.peer)
    if (own?.size === 0) this.#byPeer.delete(name.peer)
  }

  #dropOldest(keys: ReadonlySet<string>): string {
    const [oldest = ''] = keys
    this.drop(oldest)
    return oldest
  }

  #ofLargest(): ReadonlySet<string> {
    const { name } = this.#largest
    return (name === undefined ? undefined : this.#byPeer.get(name)) ?? new Set()
  }
}
