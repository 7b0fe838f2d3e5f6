import { Eviction } from './eviction.ts'
import { guardStreams } from './stream-guard.ts'
import type { ComponentLogger, Logger, Startable } from '@libp2p/interface'
import type { ConnectionManager, Registrar } from '@libp2p/interface-internal'
import type { Clock, NodeTrust, Timer } from '@waystone/interface'
import type { Evicted, EvictionInit } from './eviction.ts'

/** How long changes are gathered, in milliseconds: what is denied must be gone within a second. */
const GATHER_MS = 50

export interface TrustEnforcerInit extends Omit<EvictionInit, 'trust' | 'connectionManager'> {
  trust: Pick<NodeTrust, 'explain' | 'onChange'>
  clock: Clock
}

export interface TrustEnforcerComponents {
  registrar: Registrar
  connectionManager: ConnectionManager
  logger: ComponentLogger
}

/** Asks about every stream, and ends what is open when trust changes. */
export class TrustEnforcer implements Startable {
  readonly [Symbol.toStringTag] = '@waystone/trust-enforcer'
  readonly #components: TrustEnforcerComponents
  readonly #init: TrustEnforcerInit
  readonly #eviction: Eviction
  readonly #log: Logger
  #guards = false
  #unsubscribe: (() => void) | undefined
  #timer: Timer | undefined
  #running: Promise<unknown> = Promise.resolve()

  constructor(components: TrustEnforcerComponents, init: TrustEnforcerInit) {
    this.#components = components
    this.#init = init
    this.#eviction = new Eviction({ ...init, connectionManager: components.connectionManager })
    this.#log = components.logger.forComponent('waystone:trust')
  }

  /** Before anything listens. */
  beforeStart(): void {
    if (!this.#guards) guardStreams(this.#components.registrar, this.#init.enforcement)
    this.#guards = true
  }

  start(): void {
    this.#unsubscribe ??= this.#init.trust.onChange(this.#onChange)
  }

  async stop(): Promise<void> {
    this.#unsubscribe?.()
    this.#unsubscribe = undefined
    this.#timer?.clear()
    this.#timer = undefined
    await this.#running
  }

  /** Ends what is no longer allowed, now, and says how much that was. */
  async evict(): Promise<Evicted> {
    this.#timer?.clear()
    this.#timer = undefined
    // one after the other: each counts only what it ended itself
    const run = this.#running.then(async () => await this.#eviction.run())
    this.#running = run.catch(error => this.#log.error('could not end what is no longer allowed - %e', error))
    return await run
  }

  readonly #onChange = (): void => {
    this.#init.enforcement.trustChanged()
    this.#timer ??= this.#init.clock.setTimeout(() => void this.evict().catch(() => {}), GATHER_MS)
  }
}
