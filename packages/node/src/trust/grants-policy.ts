import type { GrantingTrustPolicy, TrustDecision, TrustGrantees, TrustSubject } from '@waystone/interface'

/** Peer ids as text, or everybody. */
type Grantees = 'anyone' | ReadonlySet<string>

/**
 * Nobody may do anything but what was granted, in the config or while the node runs.
 */
export class GrantsPolicy implements GrantingTrustPolicy {
  readonly #grants = new Map<string, Set<Grantees>>()

  /** @param grants - by function: peer ids as text, or `anyone` */
  constructor(grants: Readonly<Record<string, 'anyone' | readonly string[]>> = {}) {
    for (const [trustFunction, grantees] of Object.entries(grants)) {
      this.#add(trustFunction, grantees === 'anyone' ? grantees : new Set(grantees))
    }
  }

  decide({ peer }: TrustSubject, trustFunction: string): TrustDecision {
    for (const grantees of this.#grants.get(trustFunction) ?? []) {
      if (grantees === 'anyone') return { allow: true, reason: `${trustFunction} is granted to anyone` }
      if (grantees.has(peer.toString())) return { allow: true, reason: `${trustFunction} is granted to this peer` }
    }
    return { allow: false, reason: `${trustFunction} is not granted` }
  }

  grant(trustFunction: string, grantees: TrustGrantees): () => void {
    return this.#add(trustFunction, grantees === 'anyone' ? grantees : new Set(grantees.map(String)))
  }

  #add(trustFunction: string, grantees: Grantees): () => void {
    const all = this.#grants.get(trustFunction) ?? new Set()
    this.#grants.set(trustFunction, all.add(grantees))
    return () => {
      all.delete(grantees)
      if (all.size === 0 && this.#grants.get(trustFunction) === all) this.#grants.delete(trustFunction)
    }
  }
}
