import { messageOf } from '@waystone/kit/error-fields'
import type { Logger, PeerId } from '@libp2p/interface'

export type MemberListener = (peer: PeerId, addresses: readonly string[]) => void

/** Whoever wants to know where members are; one that throws does not keep the others from being told. */
export class MemberListeners {
  readonly #listeners = new Set<{ tell: MemberListener }>()
  readonly #log: Logger

  constructor(log: Logger) {
    this.#log = log
  }

  /** Until the returned function is called. */
  add(tell: MemberListener): () => void {
    const listener = { tell }
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  readonly tell: MemberListener = (peer, addresses) => {
    for (const { tell } of this.#listeners) {
      try {
        tell(peer, addresses)
      } catch (error) {
        this.#log.error('a listener failed - %s', messageOf(error))
      }
    }
  }
}
