import { createDeadline } from '@waystone/kit'
import { SEED_FUNCTIONS } from '../constants.ts'
import { ASK_AGAIN_MS, JUDGE_TIMEOUT_MS, REFRESH_GAP_MS } from './constants.ts'
import type { AbortOptions, PeerId } from '@libp2p/interface'
import type { Clock, ClusterMembership } from '@waystone/interface'
import type { SeedTrust } from '../contract.ts'

export interface AdmissionInit {
  trust: Pick<SeedTrust, 'explain' | 'levelOf'>
  membership?: Pick<ClusterMembership, 'file' | 'refresh'> | undefined
  clock: Clock
}

/** Says who is a seed: nothing but the trust database does. */
export class Admission {
  readonly #init: AdmissionInit
  #refreshing: Promise<void> | undefined
  #refreshedAt = Number.NEGATIVE_INFINITY

  constructor(init: AdmissionInit) {
    this.#init = init
  }

  /** Whether nobody can be judged yet: the cluster's trust file is not here. */
  get isBlind(): boolean {
    const { membership } = this.#init
    return membership !== undefined && membership.file() === undefined
  }

  isAdmitted(peer: PeerId): boolean {
    const { trust } = this.#init
    if (['none', 'blocked'].includes(trust.levelOf(peer))) return false
    return SEED_FUNCTIONS.some(name => trust.explain({ peer }, name).allow)
  }

  /**
   * Before somebody is turned away, a newer trust file is looked for: it may be
   * a member since a moment ago. A node that has no file at all looks for some
   * seconds: the one who answers may be the first whom it can ask.
   */
  async admits(peer: PeerId, { signal }: AbortOptions): Promise<boolean> {
    if (this.isAdmitted(peer)) return true
    const { clock } = this.#init
    using deadline = createDeadline({ ms: JUDGE_TIMEOUT_MS, what: 'looking for the trust file', signal, clock })
    do await this.#refresh(deadline.signal)
    while (this.isBlind && (await this.#pause(deadline.signal)))
    signal?.throwIfAborted()
    return this.isAdmitted(peer)
  }

  async #refresh(signal: AbortSignal): Promise<void> {
    const { membership, clock } = this.#init
    const isRecent = clock.monotonic() - this.#refreshedAt < REFRESH_GAP_MS
    if (membership === undefined || (isRecent && !this.isBlind)) return
    this.#refreshing ??= this.#look(membership, signal).finally(() => (this.#refreshing = undefined))
    await this.#refreshing
  }

  async #look(membership: Pick<ClusterMembership, 'refresh'>, signal: AbortSignal): Promise<void> {
    this.#refreshedAt = this.#init.clock.monotonic()
    await membership.refresh({ signal }).catch(() => undefined)
  }

  /** @returns whether there is time left */
  async #pause(signal: AbortSignal): Promise<boolean> {
    await this.#init.clock.sleep(ASK_AGAIN_MS, { signal }).catch(() => undefined)
    return !signal.aborted
  }
}
