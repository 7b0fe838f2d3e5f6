import type { PeerId } from '@libp2p/interface'
import type { NodeTrust, TrustDecision, TrustedNode, TrustLevel, TrustSubject } from '@waystone/interface'

/** Everybody may everything, until a test says otherwise. */
export class ChangingTrust implements NodeTrust {
  /** What was wanted and denied. */
  readonly counted: string[] = []
  readonly #denied = new Set<string>()
  readonly #listeners = new Set<() => void>()

  /** `*` stands for every function, as when a peer is blocked. */
  deny(peer: PeerId, trustFunction = '*'): void {
    this.#denied.add(`${peer.toString()} ${trustFunction}`)
    for (const listener of this.#listeners) listener()
  }

  allow(peer: PeerId, trustFunction = '*'): void {
    this.#denied.delete(`${peer.toString()} ${trustFunction}`)
    for (const listener of this.#listeners) listener()
  }

  decide(subject: TrustSubject, trustFunction: string): TrustDecision {
    const decision = this.explain(subject, trustFunction)
    if (!decision.allow) this.counted.push(`${trustFunction} of ${subject.peer.toString()}`)
    return decision
  }

  explain({ peer }: TrustSubject, trustFunction: string): TrustDecision {
    const denied = ['*', trustFunction].some(one => this.#denied.has(`${peer.toString()} ${one}`))
    return denied ? { allow: false, reason: 'the test denies it' } : { allow: true, reason: 'the test allows it' }
  }

  levelOf(): TrustLevel {
    return 'none'
  }

  nodes(): TrustedNode[] {
    return []
  }

  grant(): () => void {
    return () => {}
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  get listeners(): number {
    return this.#listeners.size
  }
}
