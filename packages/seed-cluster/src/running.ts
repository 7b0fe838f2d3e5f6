import { peerIdFromString } from '@libp2p/peer-id'
import { MAX_LOOKED_UP, RUNNING_MS } from './constants.ts'
import type { PeerStore } from '@libp2p/interface'
import type { Clock, ClusterMember } from '@waystone/interface'

/**
 * Which members run, as far as anybody has said: the list gives an address of it, or within the last hour it was
 * connected or somebody said where it is. A list may well name more than run, such as all slots of a pool.
 */
export class Running {
  readonly #clock: Pick<Clock, 'monotonic'>
  readonly #seen = new Map<string, number>()

  constructor(clock: Pick<Clock, 'monotonic'>) {
    this.#clock = clock
  }

  has({ id, addresses }: ClusterMember): boolean {
    const seen = this.#seen.get(id) ?? Number.NEGATIVE_INFINITY
    return addresses.length > 0 || this.#clock.monotonic() - seen < RUNNING_MS
  }

  /** It is connected, or somebody said where it is. */
  saw(member: string): void {
    this.#seen.set(member, this.#clock.monotonic())
  }

  /** Takes in what an earlier run knew, of a bounded number; forgets who is no member any more. Never rejects. */
  async follow(members: readonly ClusterMember[], peerStore: Pick<PeerStore, 'get'>): Promise<void> {
    const named = new Set(members.map(({ id }) => id))
    for (const id of this.#seen.keys()) if (!named.has(id)) this.#seen.delete(id)
    for (const { id } of members.filter(member => !this.has(member)).slice(0, MAX_LOOKED_UP)) {
      if (await isInStore(peerStore, id)) this.saw(id)
    }
  }
}

/** Whether there is an address of a peer. Never rejects. @param id - in base58 */
export async function isInStore(peerStore: Pick<PeerStore, 'get'>, id: string): Promise<boolean> {
  try {
    const { addresses } = await peerStore.get(peerIdFromString(id))
    return addresses.length > 0
  } catch {
    return false
  }
}
