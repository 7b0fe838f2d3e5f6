import { SERVICE_NAMES } from '@waystone/wire'
import type { Startable } from '@libp2p/interface'
import type { LateService } from '@waystone/rpc'
import type { RegistryAdminComponents, RegistryAdminParts } from './contract.ts'

/** Serves `waystone.admin.v1.RegistryAdminService` to the operator, and to peers with the function `admin`. */
export class RegistryAdminService implements Startable {
  readonly [Symbol.toStringTag] = '@waystone/registry-admin'
  readonly #components: RegistryAdminComponents
  readonly #parts: () => RegistryAdminParts
  #unserve: (() => Promise<void>) | undefined

  /** @param parts - the services of the node that it works on; asked for at the start */
  constructor(components: RegistryAdminComponents, parts: () => RegistryAdminParts) {
    this.#components = components
    this.#parts = parts
  }

  async start(): Promise<void> {
    if (this.#unserve !== undefined) return
    const { rpc } = this.#components
    const parts = this.#parts()
    const load = async (): Promise<LateService> =>
      (await import('./registry-calls.ts')).registryService(parts, rpc.cursors)
    this.#unserve = await rpc.serveLate(SERVICE_NAMES.registryAdmin, load, { admin: true, trustFunction: 'admin' })
  }

  async stop(): Promise<void> {
    const unserve = this.#unserve
    this.#unserve = undefined
    await unserve?.()
  }
}
