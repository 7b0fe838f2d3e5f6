import { AdminService } from '@waystone/wire/admin'
import { forwardLibp2pEvents } from '../../events/libp2p-events.ts'
import { addressCalls } from './addresses.ts'
import { callPeerCalls } from './call-peer.ts'
import { configCalls } from './config.ts'
import { connectionCalls } from './connections.ts'
import { dialCalls } from './dial.ts'
import { eventCalls } from './events.ts'
import { logCalls } from './logs.ts'
import { nodeCalls } from './node.ts'
import { peerCalls } from './peers.ts'
import { pingCalls } from './ping.ts'
import { stopCalls } from './stop.ts'
import type { Rpc } from '@waystone/rpc'
import type { AdminApiInit, AdminCalls, AdminComponents, AdminContext } from './contract.ts'

/** Who may call it over libp2p: nobody, unless the policy says so. */
const SERVE_OPTIONS = { admin: true, trustFunction: 'admin' }

const CALLS: ((context: AdminContext) => AdminCalls)[] = [
  nodeCalls,
  addressCalls,
  connectionCalls,
  peerCalls,
  configCalls,
  logCalls,
  eventCalls,
  dialCalls,
  pingCalls,
  callPeerCalls,
  stopCalls
]

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
    const calls: AdminCalls = Object.assign({}, ...CALLS.map(make => make(context)))
    await components.rpc.serve(AdminService, calls, SERVE_OPTIONS)
  }

  get #components(): AdminComponents {
    if (this.#parts === undefined) throw new TypeError('there is no libp2p node yet')
    return this.#parts
  }
}
