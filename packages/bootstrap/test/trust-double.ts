import type { PeerId } from '@libp2p/interface'
import type { TrustDecision, TrustedNode, TrustLevel } from '@waystone/interface'
import type { BootstrapTrust } from '../src/contract.ts'

/** A trust database that says what a test tells it. */
export class TrustDouble implements BootstrapTrust {
  readonly #seeds = new Map<string, PeerId>()
  readonly #blocked = new Set<string>()

  constructor(seeds: readonly PeerId[] = []) {
    for (const seed of seeds) this.addSeed(seed)
  }

  addSeed(seed: PeerId): void {
    this.#seeds.set(seed.toString(), seed)
  }

  block(peer: PeerId): void {
    this.#blocked.add(peer.toString())
  }

  explain({ peer }: { peer: PeerId }, trustFunction: string): TrustDecision {
    const id = peer.toString()
    const allow = !this.#blocked.has(id) && (trustFunction === 'connect' || this.#seeds.has(id))
    return { allow, reason: 'the test says so' }
  }

  levelOf(peer: PeerId): TrustLevel {
    if (this.#blocked.has(peer.toString())) return 'blocked'
    return this.#seeds.has(peer.toString()) ? 'trusted' : 'none'
  }

  nodes(): readonly TrustedNode[] {
    return [...this.#seeds].map(([id, peer]) => {
      return { id, peer, label: 'seed', level: 'trusted', addresses: [], strict: false }
    })
  }

  onChange(): () => void {
    return () => undefined
  }
}
