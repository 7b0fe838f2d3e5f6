import type { Logger } from '@libp2p/interface'
import type { ClusterState, SeedClusterInit } from './contract.ts'

export interface StateNewsInit {
  init: Pick<SeedClusterInit, 'membership' | 'mustBelong' | 'events'>
  /** Peer id of this node. */
  self: string
  log: Logger
}

/** Tells the log and whoever follows events when the state is another one than before. */
export class StateNews {
  readonly #init: StateNewsInit
  #last: ClusterState | undefined

  constructor(init: StateNewsInit) {
    this.#init = init
  }

  is(state: ClusterState): void {
    if (state === this.#last) return
    this.#last = state
    this.#write(state)
    const { events, membership } = this.#init.init
    events?.emit('cluster:state', { cluster: membership.name, state })
  }

  forget(): void {
    this.#last = undefined
  }

  #write(state: ClusterState): void {
    const { init, log, self } = this.#init
    const { name } = init.membership
    if (state === 'revoked')
      return log.error('this node was removed from cluster %s and is no part of it any more', name)
    if (state !== 'not-a-member' || init.mustBelong !== true) return log('cluster %s: %s', name, state)
    const hint = `waystone cluster add ${self} --publish`
    log.error('this node is not on the list of cluster %s, and so is none of its seeds; hint: %s', name, hint)
  }
}
