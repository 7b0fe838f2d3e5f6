import { hostname } from 'node:os'
import { notListed, PoolOrdinalError } from '../errors.ts'
import type { Clock } from '@waystone/interface'
import type { Claim, LeaseKeeper, SlotChoice, SlotHolder } from '../contract.ts'

export interface OrdinalKeeperInit {
  /** A number, or `hostname`: what follows the last hyphen in the name of this host. */
  ordinal: string
  clock: Pick<Clock, 'now'>
  /** Default: the name of this host. */
  host?: string
}

/**
 * A slot that is given from outside, as a StatefulSet of Kubernetes gives each pod a number of its own and runs no two
 * pods with one number. There is nothing to renew. The fence is the time of the start: of two that run all the same,
 * because a node of Kubernetes was lost and its pod was deleted by force, the younger one wins. Nobody counts the fences,
 * so no claim names a keeper.
 */
export class OrdinalKeeper implements LeaseKeeper {
  readonly what: string
  readonly #init: OrdinalKeeperInit

  constructor(init: OrdinalKeeperInit) {
    this.#init = init
    this.what = init.ordinal === 'hostname' ? 'the name of this host' : `the ordinal ${init.ordinal}`
  }

  async acquire(size: number, { only }: SlotChoice = {}): Promise<Claim> {
    const slot = this.#slot()
    if (slot < size && only?.has(slot) === false) throw notListed(slot, this.what)
    if (slot < size) return { slot, fence: BigInt(Math.round(this.#init.clock.now())), release: async () => {} }
    throw new PoolOrdinalError(`Slot ${slot}, which ${this.what} gives, is none of the ${size} slots of the pool`, {
      hint: `let the pool grow with \`waystone identity pool --size ${slot + 1}\`, or run fewer seeds`
    })
  }

  /** The slots of others are not known here. */
  async holders(): Promise<SlotHolder[]> {
    return []
  }

  async close(): Promise<void> {}

  #slot(): number {
    const { ordinal, host = hostname() } = this.#init
    if (ordinal !== 'hostname') return Number(ordinal)
    const [, digits] = /-(\d{1,4})(?:\.|$)/.exec(host.slice(0, 253)) ?? []
    if (digits !== undefined) return Number(digits)
    throw new PoolOrdinalError(
      `The name of this host, ${JSON.stringify(host.slice(0, 63))}, does not end in a number`,
      {
        hint: 'hosts of a StatefulSet are called seed-0, seed-1 and so on; elsewhere set identity.pool.lease.ordinal to a number'
      }
    )
  }
}
