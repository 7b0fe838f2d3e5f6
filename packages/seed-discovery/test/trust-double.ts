import type { PeerId } from '@libp2p/interface'
import type { TrustedNode, TrustLevel } from '@waystone/interface'
import type { SeedTrust } from '../src/contract.ts'

export const ALL = ['use-for-bootstrap', 'connect-on-startup', 'hold-and-reconnect']

export interface KnownNode {
  peer: PeerId
  functions: readonly string[]
  addresses?: readonly string[]
  strict?: boolean
  level?: TrustLevel
}

/** A trust database that says what a test tells it. */
export class TrustDouble implements SeedTrust {
  #known: readonly KnownNode[] = []
  readonly #listeners = new Set<() => void>()

  constructor(known: readonly KnownNode[] = []) {
    this.#known = known
  }

  get listeners(): number {
    return this.#listeners.size
  }

  tell(known: readonly KnownNode[]): void {
    this.#known = known
    for (const listener of this.#listeners) listener()
  }

  explain({ peer }: { peer: PeerId }, trustFunction: string): { allow: boolean; reason: string } {
    const allow = this.#known.some(node => node.peer.equals(peer) && node.functions.includes(trustFunction))
    return { allow, reason: 'the test says so' }
  }

  levelOf(peer: PeerId): TrustLevel {
    return this.#known.find(node => node.peer.equals(peer))?.level ?? (this.#isKnown(peer) ? 'advanced' : 'none')
  }

  nodes(trustFunction: string): TrustedNode[] {
    const able = this.#known.filter(({ functions }) => functions.includes(trustFunction))
    return able.map(({ peer, addresses = [], strict = false, level = 'advanced' }) => {
      return { id: peer.toString(), peer, label: 'node', level, addresses, strict }
    })
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  #isKnown(peer: PeerId): boolean {
    return this.#known.some(node => node.peer.equals(peer))
  }
}
