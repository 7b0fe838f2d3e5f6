import { SERVICE_NAMES } from '@waystone/wire'
import type { Startable } from '@libp2p/interface'
import type { LateService, Rpc } from '@waystone/rpc'
import type { ContentAdminParts } from './contract.ts'

export interface ContentAdminComponents {
  rpc: Pick<Rpc, 'serveLate'>
}

/** Serves `waystone.admin.v1.ContentService` to the operator, and to peers with the function `admin`. */
export class ContentAdminService implements Startable {
  readonly [Symbol.toStringTag] = '@waystone/content-admin'
  readonly #components: ContentAdminComponents
  readonly #parts: () => ContentAdminParts
  #unserve: (() => Promise<void>) | undefined

  /** @param parts - the services of the node that it works on; asked for at the start */
  constructor(components: ContentAdminComponents, parts: () => ContentAdminParts) {
    this.#components = components
    this.#parts = parts
  }

  async start(): Promise<void> {
    if (this.#unserve !== undefined) return
    const parts = this.#parts()
    const load = async (): Promise<LateService> => (await import('./content-calls.ts')).contentService(parts)
    const access = { admin: true, trustFunction: 'admin' }
    this.#unserve = await this.#components.rpc.serveLate(SERVICE_NAMES.contentAdmin, load, access)
  }

  async stop(): Promise<void> {
    const unserve = this.#unserve
    this.#unserve = undefined
    await unserve?.()
  }
}
