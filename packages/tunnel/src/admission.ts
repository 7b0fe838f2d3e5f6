import { MAX_TUNNELS, MAX_TUNNELS_PER_NAME, MAX_TUNNELS_PER_PEER } from './constants.ts'
import type { TunnelInit } from './contract.ts'

/** Counts what is open for each peer, for each name and in all. */
export class Admission {
  readonly #init: Pick<TunnelInit, 'maxTunnels' | 'maxTunnelsPerPeer' | 'maxTunnelsPerName'>
  readonly #counts = new Map<string, number>()

  constructor(init: Pick<TunnelInit, 'maxTunnels' | 'maxTunnelsPerPeer' | 'maxTunnelsPerName'>) {
    this.#init = init
  }

  /** Counts one more, or says what is full. */
  enter(peer: string, name: string): { leave: () => void } | { full: string } {
    const { maxTunnels = MAX_TUNNELS, maxTunnelsPerPeer = MAX_TUNNELS_PER_PEER } = this.#init
    const { maxTunnelsPerName = MAX_TUNNELS_PER_NAME } = this.#init
    const [all, ofPeer, ofName] = ['all', `peer ${peer}`, `name ${name}`]
    if (this.#count(ofPeer) >= maxTunnelsPerPeer) return { full: `${maxTunnelsPerPeer} of this peer` }
    if (this.#count(ofName) >= maxTunnelsPerName) return { full: `${maxTunnelsPerName} to ${name}` }
    if (this.#count(all) >= maxTunnels) return { full: `${maxTunnels} in all` }
    const keys = [all, ofPeer, ofName]
    for (const key of keys) this.#counts.set(key, this.#count(key) + 1)
    return { leave: () => keys.forEach(key => this.#decrement(key)) }
  }

  #count(key: string): number {
    return this.#counts.get(key) ?? 0
  }

  #decrement(key: string): void {
    const left = this.#count(key) - 1
    if (left > 0) this.#counts.set(key, left)
    else this.#counts.delete(key)
  }
}
