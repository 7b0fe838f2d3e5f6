import { trust } from '@waystone/wire/admin'
import { trustAdmin } from './trust-admin.ts'
import type { Startable } from '@libp2p/interface'
import type { Rpc } from '@waystone/rpc'
import type { TrustAdminParts } from './contract.ts'

export interface TrustAdminServiceInit extends Pick<TrustAdminParts, 'acl' | 'audit' | 'clock'> {
  /** The parts of the node that come up with it; asked for at the start. */
  parts: () => Pick<TrustAdminParts, 'evict' | 'publisher'>
}

export interface TrustAdminComponents {
  rpc: Pick<Rpc, 'serve' | 'cursors'>
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
    const calls = trustAdmin({ ...own, ...parts(), cursors: rpc.cursors })
    this.#unserve = await rpc.serve(trust.TrustService, calls, { admin: true, trustFunction: 'admin' })
  }

  async stop(): Promise<void> {
    const unserve = this.#unserve
    this.#unserve = undefined
    await unserve?.()
  }
}
