import { SERVICE_KEYS } from '../libp2p/service-keys.ts'
import { otherService } from '../plugins/other-service.ts'
import { OwnEntries } from './own-entries.ts'
import { registryOf } from './own-registry.ts'
import type { Startable } from '@libp2p/interface'
import type { Clock, Timer } from '@waystone/interface'
import type { Config } from '../config/schema.ts'
import type { NodeComponents } from '../plugins/plugin.ts'
import type { Wanted } from './own-entries.ts'

/** Addresses that come within this time are one change, in milliseconds. */
const GATHER_MS = 1_000
/** How often it is looked how many reservations a relay holds, in milliseconds. */
const LOOK_MS = 30_000
/** By how much of all reservations their number has to change to be told. */
const MUCH = 0.1

type Payloads = typeof import('./payloads.ts')

export interface ConfiguredRecordsInit {
  config: Config
  clock: Clock
}

/**
 * Registers what the config says of this node, with the addresses and
 * reservations that it has; takes back what nobody could use any more.
 */
export class ConfiguredRecords implements Startable {
  readonly [Symbol.toStringTag] = '@waystone/configured-records'
  readonly #components: NodeComponents
  readonly #init: ConfiguredRecordsInit
  readonly #entries: OwnEntries
  #payloads: Payloads | undefined
  #timer: Timer | undefined
  #look: Timer | undefined
  /** As last told. */
  #reservations = 0
  #running = false

  constructor(components: NodeComponents, init: ConfiguredRecordsInit) {
    this.#components = components
    this.#init = init
    const log = components.logger.forComponent('waystone:registry')
    this.#entries = new OwnEntries({
      registry: () => registryOf(components),
      onFree: () => this.#soon(),
      onFault: error => log.error('what the config says of this node cannot be registered - %e', error)
    })
  }

  start(): void {
    // there are no addresses yet
  }

  afterStart(): void {
    if (this.#running) return
    this.#running = true
    this.#components.events.addEventListener('self:peer:update', this.#soon)
    void this.#begin()
  }

  /** The registry takes everything back by itself. */
  stop(): void {
    this.#running = false
    this.#components.events.removeEventListener('self:peer:update', this.#soon)
    this.#timer?.clear()
    this.#look?.clear()
    this.#timer = undefined
    this.#entries.clear()
  }

  readonly #soon = (): void => {
    if (!this.#running) return
    this.#timer ??= this.#init.clock.setTimeout(() => {
      this.#timer = undefined
      this.#tell()
    }, GATHER_MS)
  }

  async #begin(): Promise<void> {
    this.#payloads = await import('./payloads.ts')
    if (!this.#running) return
    this.#tell()
    if (this.#advertises) this.#watchReservations()
  }

  get #advertises(): boolean {
    const { registry, relayService } = this.#init.config
    return registry.advertiseRelay && relayService.enabled
  }

  #watchReservations(): void {
    this.#look?.clear()
    this.#look = this.#init.clock.setTimeout(() => {
      const most = this.#init.config.relayService.maxReservations
      const now = this.#countReservations()
      const changed = Math.abs(now - this.#reservations) > MUCH * most || now >= most !== this.#reservations >= most
      if (changed) this.#tell()
      if (this.#running) this.#watchReservations()
    }, LOOK_MS)
  }

  #tell(): void {
    if (this.#payloads === undefined || !this.#running) return
    this.#entries.become(this.#wanted(this.#payloads))
  }

  #wanted(payloads: Payloads): Wanted[] {
    const { config } = this.#init
    const addresses = this.#addresses()
    const { capabilities, rendezvous } = config.registry
    return [
      ...this.#relayAdvert(payloads, addresses),
      ...capabilities.map(one => ({
        kind: 'capability',
        key: one.name,
        payload: payloads.capabilityPayload(one, addresses)
      })),
      // nobody can be met without an address
      ...(addresses.length === 0 ? [] : rendezvous).map(key => ({
        kind: 'rendezvous',
        key,
        payload: payloads.rendezvousPayload(addresses)
      }))
    ]
  }

  #relayAdvert(payloads: Payloads, all: readonly string[]): Wanted[] {
    const addresses = all.filter(address => !address.includes('/p2p-circuit'))
    if (!this.#advertises || addresses.length === 0) return []
    this.#reservations = this.#countReservations()
    const state = { addresses, reservations: this.#reservations }
    return [{ kind: 'relay-advert', key: '', payload: payloads.relayPayload(this.#init.config, state) }]
  }

  #addresses(): string[] {
    const self = `/p2p/${this.#components.peerId.toString()}`
    const addresses = this.#components.addressManager.getAddresses().map(String)
    return addresses.map(address => (address.endsWith(self) ? address.slice(0, -self.length) : address))
  }

  #countReservations(): number {
    const relay = otherService(this.#components, SERVICE_KEYS.relayServer)
    return hasReservations(relay) ? relay.reservations.size : 0
  }
}

function hasReservations(relay: unknown): relay is { reservations: { size: number } } {
  return typeof relay === 'object' && relay !== null && 'reservations' in relay
}
