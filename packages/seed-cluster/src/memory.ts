import { Key } from 'interface-datastore'
import { messageOf } from '@waystone/kit/error-fields'
import type { Logger } from '@libp2p/interface'
import type { SeedClusterComponents } from './contract.ts'

/** Whether this node was ever a member, over restarts: who was one and is none was revoked. */
export class MembershipMemory {
  readonly #datastore: SeedClusterComponents['datastore']
  readonly #key: Key
  readonly #log: Logger
  #wasMember = false

  /** @param cluster - IPNS name of the cluster's trust file */
  constructor(datastore: SeedClusterComponents['datastore'], cluster: string, log: Logger) {
    this.#datastore = datastore
    this.#key = new Key(`/seed-cluster/member/${cluster}`)
    this.#log = log
  }

  get wasMember(): boolean {
    return this.#wasMember
  }

  /** Never rejects. */
  async load(): Promise<void> {
    try {
      this.#wasMember ||= await this.#datastore.has(this.#key)
    } catch (error) {
      this.#log.error('it is not known whether this node was a member - %s', messageOf(error))
    }
  }

  /** This node is a member now. Never rejects. */
  async note(): Promise<void> {
    if (this.#wasMember) return
    this.#wasMember = true
    try {
      await this.#datastore.put(this.#key, new Uint8Array([1]))
    } catch (error) {
      this.#log.error('that this node is a member will be forgotten at the next start - %s', messageOf(error))
    }
  }
}
