import { backoffDelay, byPreference } from '@waystone/kit'
import { nameOf } from '@waystone/kit/error-fields'
import { rpcServiceProtocol, SERVICE_NAMES } from '@waystone/wire'
import { FAILED_BACKOFF, LIED_BACKOFF, MAX_REGISTRIES } from './constants.ts'
import { networkOfAddress } from './networks.ts'
import type { IdentifyResult, PeerId, PeerUpdate } from '@libp2p/interface'
import type { Clock, NodeTrust, Random, TrustLevel } from '@waystone/interface'
import type { RegistryComponents } from './contract.ts'

const PROTOCOL = rpcServiceProtocol(SERVICE_NAMES.registry)
const LEVELS: readonly TrustLevel[] = ['ultimate', 'advanced', 'trusted', 'marginal', 'peer', 'none']

/** A connected peer that keeps a registry. */
export interface KnownRegistry {
  readonly peer: PeerId
  readonly id: string
  /** Decides among equals, and is always the same: all records of a node go to the same registries. */
  readonly order: number
  connected: boolean
  failures: number
  lies: number
  /** On the monotonic clock, in milliseconds. */
  notBefore: number
}

export interface RegistriesInit {
  components: Pick<RegistryComponents, 'connectionManager' | 'peerStore' | 'events'>
  trust: Pick<NodeTrust, 'levelOf'> | undefined
  clock: Clock
  random: Random
  /** One came or went. */
  onChange: () => void
}

export interface PickOptions {
  /** Come first, and count. */
  kept?: readonly KnownRegistry[]
  /** Ids of those that are not to be among them. */
  unwanted?: ReadonlySet<string>
}

/** The registries among the connected peers, by what these say that they serve. */
export class Registries {
  readonly #init: RegistriesInit
  readonly #byId = new Map<string, KnownRegistry>()

  constructor(init: RegistriesInit) {
    this.#init = init
  }

  /** Resolves when those that are connected already are known. */
  async listen(): Promise<void> {
    const { events, connectionManager } = this.#init.components
    events.addEventListener('peer:identify', this.#onIdentify)
    events.addEventListener('peer:update', this.#onUpdate)
    events.addEventListener('peer:disconnect', this.#onDisconnect)
    const peers = new Map(
      connectionManager.getConnections().map(({ remotePeer }) => [remotePeer.toString(), remotePeer])
    )
    await Promise.all(Array.from(peers.values(), async peer => await this.#look(peer)))
  }

  close(): void {
    const { events } = this.#init.components
    events.removeEventListener('peer:identify', this.#onIdentify)
    events.removeEventListener('peer:update', this.#onUpdate)
    events.removeEventListener('peer:disconnect', this.#onDisconnect)
  }

  /** Those that can be asked now, the most trusted first; one that is left alone is not among them. */
  usable(): KnownRegistry[] {
    const now = this.#init.clock.monotonic()
    return [...this.#byId.values()]
      .filter(({ connected, notBefore }) => connected && notBefore <= now)
      .map(registry => ({ registry, rank: this.#rank(registry) }))
      .filter(({ rank }) => rank >= 0)
      .sort((a, b) => a.rank - b.rank || a.registry.order - b.registry.order)
      .map(({ registry }) => registry)
  }

  /** So many of them, of different networks where those that are trusted alike allow it. */
  pick(count: number, { kept = [], unwanted = new Set() }: PickOptions = {}): KnownRegistry[] {
    const usable = this.usable().filter(({ id }) => !unwanted.has(id))
    const chosen = usable.filter(registry => kept.includes(registry)).slice(0, count)
    let left = usable.filter(registry => !chosen.includes(registry))
    while (chosen.length < count) {
      const next = this.#nextOf(left, chosen)
      if (next === undefined) break
      chosen.push(next)
      left = left.filter(registry => registry !== next)
    }
    return chosen
  }

  get(id: string): KnownRegistry | undefined {
    const registry = this.#byId.get(id)
    return registry?.connected === true ? registry : undefined
  }

  worked(registry: KnownRegistry): void {
    registry.failures = 0
  }

  /** Leaves it alone for a while: long if it lied, otherwise until it may have come to itself. Says for how long, in ms. */
  failed(registry: KnownRegistry, error: unknown): number {
    const random = this.#init.random.number()
    const lied = nameOf(error) === 'RegistryLiedError'
    const delayMs = lied
      ? backoffDelay(registry.lies++, LIED_BACKOFF, random)
      : backoffDelay(registry.failures++, FAILED_BACKOFF, random)
    registry.notBefore = this.#init.clock.monotonic() + delayMs
    return delayMs
  }

  #nextOf(left: readonly KnownRegistry[], chosen: readonly KnownRegistry[]): KnownRegistry | undefined {
    const [first] = left
    if (first === undefined) return undefined
    const networks = new Set(chosen.map(({ peer }) => this.#networkOf(peer)))
    const rank = this.#rank(first)
    return left.find(one => this.#rank(one) === rank && !networks.has(this.#networkOf(one.peer))) ?? first
  }

  #rank({ peer }: KnownRegistry): number {
    return LEVELS.indexOf(this.#init.trust?.levelOf(peer) ?? 'none')
  }

  #networkOf(peer: PeerId): string | undefined {
    const [best] = this.#init.components.connectionManager.getConnections(peer).toSorted(byPreference)
    return best === undefined ? undefined : networkOfAddress(best.remoteAddr)
  }

  readonly #onIdentify = ({ detail: { peerId, protocols } }: CustomEvent<IdentifyResult>): void =>
    this.#says(peerId, protocols)

  readonly #onUpdate = ({ detail: { peer } }: CustomEvent<PeerUpdate>): void => {
    const isConnected = this.#init.components.connectionManager.getConnections(peer.id).length > 0
    if (isConnected) this.#says(peer.id, peer.protocols)
  }

  readonly #onDisconnect = ({ detail: peer }: CustomEvent<PeerId>): void => this.#leave(peer)

  async #look(peer: PeerId): Promise<void> {
    const known = await this.#init.components.peerStore.get(peer).catch(() => undefined)
    if (known !== undefined) this.#says(peer, known.protocols)
  }

  #says(peer: PeerId, protocols: readonly string[]): void {
    if (!protocols.includes(PROTOCOL)) return this.#leave(peer)
    const id = peer.toString()
    const known = this.#byId.get(id)
    if (known?.connected === true) return
    if (known === undefined) this.#add(peer, id)
    else Object.assign(known, { connected: true, ...(known.lies === 0 && { notBefore: 0 }) })
    this.#init.onChange()
  }

  #leave(peer: PeerId): void {
    const known = this.#byId.get(peer.toString())
    if (known?.connected !== true) return
    known.connected = false
    this.#init.onChange()
  }

  #add(peer: PeerId, id: string): void {
    const order = this.#init.random.number()
    this.#byId.set(id, { peer, id, order, connected: true, failures: 0, lies: 0, notBefore: 0 })
    for (const [oldest, { connected }] of this.#byId) {
      if (this.#byId.size <= MAX_REGISTRIES) return
      if (!connected) this.#byId.delete(oldest)
    }
  }
}
