import { MAX_PROVIDED, MAX_PROVIDED_PER_PEER, PROVIDED_MS } from '../constants.ts'
import type { PeerInfo } from '@libp2p/interface'
import type { Clock } from '@waystone/interface'
import type { CID } from 'multiformats/cid'

interface Provided {
  content: string
  provider: PeerInfo
  until: number
}

/** What thin clients said they have: bounded, and forgotten after a day. A full list forgets the oldest of whoever has most. */
export class ProvidedList {
  readonly #clock: Clock
  /** By content and peer, the oldest first. */
  readonly #entries = new Map<string, Provided>()
  readonly #perPeer = new Map<string, Set<string>>()
  readonly #perContent = new Map<string, Set<string>>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  get size(): number {
    return this.#entries.size
  }

  add(cid: CID, provider: PeerInfo): void {
    const content = contentKey(cid)
    const peer = provider.id.toString()
    const key = `${peer} ${content}`
    this.#remove(key)
    this.#makeRoom(peer)
    this.#entries.set(key, { content, provider, until: this.#clock.monotonic() + PROVIDED_MS })
    index(this.#perPeer, peer).add(key)
    index(this.#perContent, content).add(key)
  }

  providers(cid: CID): PeerInfo[] {
    this.#dropEnded()
    const keys = this.#perContent.get(contentKey(cid)) ?? []
    return Array.from(keys).flatMap(key => this.#entries.get(key)?.provider ?? [])
  }

  #makeRoom(peer: string): void {
    this.#dropEnded()
    const own = this.#perPeer.get(peer)
    const oldestOwn = own?.values().next().value
    if (own !== undefined && own.size >= MAX_PROVIDED_PER_PEER && oldestOwn !== undefined) this.#remove(oldestOwn)
    if (this.#entries.size >= MAX_PROVIDED) this.#removeFromFullest()
  }

  // a few callers that announce much push out their own, not what others have said once
  #removeFromFullest(): void {
    let fullest: Set<string> | undefined
    for (const keys of this.#perPeer.values()) if (fullest === undefined || keys.size > fullest.size) fullest = keys
    const oldest = fullest?.values().next().value
    if (oldest !== undefined) this.#remove(oldest)
  }

  #dropEnded(): void {
    const now = this.#clock.monotonic()
    for (const [key, { until }] of this.#entries) {
      if (until > now) return
      this.#remove(key)
    }
  }

  #remove(key: string): void {
    const entry = this.#entries.get(key)
    if (entry === undefined) return
    this.#entries.delete(key)
    unindex(this.#perPeer, entry.provider.id.toString(), key)
    unindex(this.#perContent, entry.content, key)
  }
}

/** DHTs go by the hash: a block has the same one under each codec and version. */
function contentKey({ multihash }: CID): string {
  return multihash.bytes.join()
}

function index(map: Map<string, Set<string>>, name: string): Set<string> {
  const known = map.get(name) ?? new Set()
  map.set(name, known)
  return known
}

function unindex(map: Map<string, Set<string>>, name: string, key: string): void {
  const known = map.get(name)
  known?.delete(key)
  if (known?.size === 0) map.delete(name)
}
