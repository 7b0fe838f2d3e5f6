import { SERVICE_NAMES } from '@waystone/wire'
import { forwardLibp2pEvents } from '../../events/libp2p-events.ts'
import type { Rpc } from '@waystone/rpc'
import type { AdminApiInit, AdminComponents } from './contract.ts'

/** Who may call it over libp2p: nobody, unless the policy says so. */
const SERVE_OPTIONS = { admin: true, trustFunction: 'admin' }

/**
 * Serves `AdminService` for one node: lifecycle and wiring; what is answered
 * is made in the files beside it. Made before the libp2p node, which then
 * hands over its parts through {@link AdminApi.create}.
 */
export class AdminApi {
  readonly #init: AdminApiInit
  readonly #startedAtMs: number
  readonly #createdAt: number
  #parts: AdminComponents | undefined

  constructor(init: AdminApiInit) {
    this.#init = init
    this.#startedAtMs = init.clock.now()
    this.#createdAt = init.clock.monotonic()
  }

  /** The factory of this API as a service of libp2p. */
  readonly create = (components: AdminComponents): this => {
    this.#parts = components
    return this
  }

  /** Where it is served. */
  get rpc(): Rpc {
    return this.#components.rpc
  }

  /** Called once, before anything listens: the node can be asked while it starts. */
  async serve(): Promise<void> {
    const components = this.#components
    const { clock, events } = this.#init
    const uptimeMs = (): number => clock.monotonic() - this.#createdAt
    const context = { ...this.#init, components, startedAtMs: this.#startedAtMs, uptimeMs }
    forwardLibp2pEvents(components.events, events)
    const load = async () => (await import('./all-calls.ts')).adminService(context)
    await components.rpc.serveLate(SERVICE_NAMES.admin, load, SERVE_OPTIONS)
  }

  get #components(): AdminComponents {
    if (this.#parts === undefined) throw new TypeError('there is no libp2p node yet')
    return this.#parts
  }
}
