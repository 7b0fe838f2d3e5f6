import type { TrustDecision, TrustGrantees } from '@waystone/interface'

/** Peer ids as text, or everybody; and what they are answered, made once. */
interface Grant {
  readonly grantees: 'anyone' | ReadonlySet<string>
  readonly answer: TrustDecision
}

/** What peers may whatever their level, by the config or while the node runs. */
export class Grants {
  readonly #grants = new Map<string, Set<Grant>>()

  /** @param grants - by function: peer ids in base58, or `anyone` */
  constructor(grants: Readonly<Record<string, 'anyone' | readonly string[]>> = {}) {
    for (const [trustFunction, grantees] of Object.entries(grants)) this.#add(trustFunction, grantees)
  }

  /** The functions that somebody was granted. */
  functions(): string[] {
    return [...this.#grants.keys()]
  }

  /** The answer if the peer was granted the function. */
  answer(peer: string, trustFunction: string): TrustDecision | undefined {
    const all = this.#grants.get(trustFunction)
    if (all === undefined) return undefined
    for (const { grantees, answer } of all) if (grantees === 'anyone' || grantees.has(peer)) return answer
    return undefined
  }

  /** Allows a function until the returned function is called. */
  grant(trustFunction: string, grantees: TrustGrantees): () => void {
    return this.#add(trustFunction, grantees === 'anyone' ? grantees : grantees.map(String))
  }

  #add(trustFunction: string, grantees: 'anyone' | readonly string[]): () => void {
    const all = this.#grants.get(trustFunction) ?? new Set()
    const grant = createGrant(trustFunction, grantees)
    this.#grants.set(trustFunction, all.add(grant))
    return () => {
      all.delete(grant)
      if (all.size === 0 && this.#grants.get(trustFunction) === all) this.#grants.delete(trustFunction)
    }
  }
}

function createGrant(trustFunction: string, grantees: 'anyone' | readonly string[]): Grant {
  const whom = grantees === 'anyone' ? 'anyone' : 'this peer'
  return {
    grantees: grantees === 'anyone' ? grantees : new Set(grantees),
    answer: Object.freeze({ allow: true, reason: `${trustFunction} is granted to ${whom}` })
  }
}
