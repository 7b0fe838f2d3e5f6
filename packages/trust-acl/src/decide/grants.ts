import type { TrustDecision, TrustGrantees } from '@waystone/interface'

/** Peer ids as text, or everybody. */
type Grantees = 'anyone' | ReadonlySet<string>

/** What peers may whatever their level, by the config or while the node runs. */
export class Grants {
  readonly #grants = new Map<string, Set<Grantees>>()

  /** @param grants - by function: peer ids in base58, or `anyone` */
  constructor(grants: Readonly<Record<string, 'anyone' | readonly string[]>> = {}) {
    for (const [trustFunction, grantees] of Object.entries(grants)) {
      this.#add(trustFunction, grantees === 'anyone' ? grantees : new Set(grantees))
    }
  }

  /** The functions that somebody was granted. */
  functions(): string[] {
    return [...this.#grants.keys()]
  }

  /** The answer if the peer was granted the function. */
  answer(peer: string, trustFunction: string): TrustDecision | undefined {
    const all = this.#grants.get(trustFunction)
    if (all === undefined) return undefined
    for (const grantees of all) {
      if (grantees === 'anyone') return { allow: true, reason: `${trustFunction} is granted to anyone` }
      if (grantees.has(peer)) return { allow: true, reason: `${trustFunction} is granted to this peer` }
    }
    return undefined
  }

  /** Allows a function until the returned function is called. */
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
