import { SERVICE_NAMES } from '@waystone/wire'
import type { Startable } from '@libp2p/interface'
import type { LateService, Rpc } from '@waystone/rpc'
import type { ClusterAdminParts } from './contract.ts'

export interface ClusterAdminComponents {
  rpc: Pick<Rpc, 'serveLate'>
}

/** Serves `waystone.admin.v1.ClusterService` to the operator, and to peers with the function `admin`. */
export class ClusterAdminService implements Startable {
  readonly [Symbol.toStringTag] = '@waystone/cluster-admin'
  readonly #components: ClusterAdminComponents
  readonly #parts: () => ClusterAdminParts
  #unserve: (() => Promise<void>) | undefined

  /** @param parts - what of the node is shown; asked for at the first call */
  constructor(components: ClusterAdminComponents, parts: () => ClusterAdminParts) {
    this.#components = components
    this.#parts = parts
  }

  async start(): Promise<void> {
    if (this.#unserve !== undefined) return
    const load = async (): Promise<LateService> => (await import('./cluster-calls.ts')).clusterService(this.#parts())
    const access = { admin: true, trustFunction: 'admin' }
    this.#unserve = await this.#components.rpc.serveLate(SERVICE_NAMES.clusterAdmin, load, access)
  }

  async stop(): Promise<void> {
    const unserve = this.#unserve
    this.#unserve = undefined
    await unserve?.()
  }
}
