import { SERVICE_NAMES } from '@waystone/wire'
import type { Startable } from '@libp2p/interface'
import type { LateService, Rpc } from '@waystone/rpc'
import type { TrustAdminParts } from './contract.ts'

export interface TrustAdminServiceInit extends Pick<TrustAdminParts, 'acl' | 'audit' | 'clock'> {
  /** The parts of the node that come up with it; asked for at the start. */
  parts: () => Pick<TrustAdminParts, 'evict' | 'publisher'>
}

export interface TrustAdminComponents {
  rpc: Pick<Rpc, 'serveLate' | 'cursors'>
}

/** Serves `waystone.admin.v1.TrustService` to the operator, and to peers with the function `admin`. */
export class TrustAdminService implements Startable {
  readonly [Symbol.toStringTag] = '@waystone/trust-admin'
  readonly #components: TrustAdminComponents
  readonly #init: TrustAdminServiceInit
  #unserve: (() => Promise<void>) | undefined

  constructor(components: TrustAdminComponents, init: TrustAdminServiceInit) {
    this.#components = components
    this.#init = init
  }

  async start(): Promise<void> {
    if (this.#unserve !== undefined) return
    const { rpc } = this.#components
    const { parts, ...own } = this.#init
    const all = { ...own, ...parts(), cursors: rpc.cursors }
    const load = async (): Promise<LateService> => (await import('./trust-admin.ts')).trustService(all)
    this.#unserve = await rpc.serveLate(SERVICE_NAMES.trustAdmin, load, { admin: true, trustFunction: 'admin' })
  }

  async stop(): Promise<void> {
    const unserve = this.#unserve
    this.#unserve = undefined
    await unserve?.()
  }
}
