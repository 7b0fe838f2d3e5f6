import { RegistrySyncService } from '@waystone/wire/registry'
import { rpcServiceProtocol } from '@waystone/wire'
import { SYNC_FUNCTION } from './constants.ts'
import { Intake } from './intake.ts'
import { syncHandlers } from './handlers.ts'
import { News } from './news.ts'
import { Partners } from './partners.ts'
import { Unwanted } from './unwanted.ts'
import type { Connection, IdentifyResult, Logger, PeerId, PeerUpdate } from '@libp2p/interface'
import type { Clock, Random } from '@waystone/interface'
import type { LateService } from '@waystone/rpc'
import type { RegistryStore } from '../contract.ts'
import type { Verify } from '../record/verify.ts'
import type { RegistrySyncComponents, RegistrySyncInit, SyncPartnerStatus } from './contract.ts'
import type { SyncCounts } from './metrics.ts'

export interface EngineInit extends Pick<RegistrySyncInit, 'trust' | 'gossip'> {
  components: RegistrySyncComponents
  store: RegistryStore
  verify: Verify
  clock: Clock
  random: Random
  counts: SyncCounts
  log: Logger
}

const SYNC_PROTOCOL = rpcServiceProtocol(RegistrySyncService.typeName)

/** What other registries call here. */
export function syncService(store: RegistryStore): LateService<typeof RegistrySyncService> {
  return { service: RegistrySyncService, implementation: syncHandlers(store) }
}

/** Keeps one registry equal with those of the peers that come and go. */
export class SyncEngine {
  readonly #init: EngineInit
  readonly #unwanted: Unwanted
  readonly #partners: Partners
  readonly #news: News | undefined
  readonly #untrust: () => void

  constructor(init: EngineInit) {
    this.#init = init
    const { store, trust, verify, clock, random, log, gossip, counts } = init
    this.#unwanted = new Unwanted(clock)
    const intake = new Intake({ store, trust, verify, unwanted: this.#unwanted, count: counts.record })
    const call = (peer: PeerId) => init.components.rpc.client(RegistrySyncService, peer)
    const parts = { store, intake, unwanted: this.#unwanted, clock, random, log }
    this.#partners = new Partners({ ...parts, call, count: counts.round, onTick: () => gossip?.mend() })
    const onJoined = (peer: PeerId): void => this.#partners.afterSettling(peer)
    this.#news = gossip && new News({ gossip, store, intake, trust, clock, onJoined })
    this.#untrust = trust.onChange(this.#onTrust)
    this.#listen()
    this.#lookAtAll()
  }

  reconcileSoon(peer?: PeerId): void {
    const peers = peer === undefined ? this.#partners.connected().map(partner => partner.peer) : [peer]
    for (const one of peers) this.#partners.soon(one)
  }

  statuses(): SyncPartnerStatus[] {
    return this.#partners.statuses()
  }

  async stop(): Promise<void> {
    const { events } = this.#init.components
    this.#untrust()
    this.#news?.close()
    events.removeEventListener('connection:open', this.#onOpen)
    events.removeEventListener('peer:identify', this.#onIdentify)
    events.removeEventListener('peer:update', this.#onUpdate)
    events.removeEventListener('peer:disconnect', this.#onDisconnect)
    await this.#partners.stop()
  }

  #listen(): void {
    const { events } = this.#init.components
    events.addEventListener('connection:open', this.#onOpen)
    events.addEventListener('peer:identify', this.#onIdentify)
    events.addEventListener('peer:update', this.#onUpdate)
    events.addEventListener('peer:disconnect', this.#onDisconnect)
  }

  readonly #onOpen = ({ detail }: CustomEvent<Connection>): void => void this.#look(detail.remotePeer)

  readonly #onIdentify = ({ detail }: CustomEvent<IdentifyResult>): void => {
    if (!this.#partners.has(detail.peerId)) void this.#look(detail.peerId)
  }

  /** A peer says that it serves more, or less, than before: its registry may have been loaded just now. */
  readonly #onUpdate = ({ detail: { peer, previous } }: CustomEvent<PeerUpdate>): void => {
    const serves = peer.protocols.includes(SYNC_PROTOCOL)
    if (serves && previous?.protocols.includes(SYNC_PROTOCOL) !== true) void this.#look(peer.id)
  }

  readonly #onDisconnect = ({ detail: peer }: CustomEvent<PeerId>): void => this.#partners.left(peer)

  readonly #onTrust = (): void => {
    this.#unwanted.clear()
    this.#partners.forgetSettled()
    for (const { peer } of this.#partners.connected()) if (!this.#isAllowed(peer)) this.#partners.left(peer)
    this.#lookAtAll()
  }

  #lookAtAll(): void {
    const { connectionManager } = this.#init.components
    for (const { remotePeer } of connectionManager.getConnections()) {
      if (!this.#partners.has(remotePeer)) void this.#look(remotePeer)
    }
  }

  /** Takes a peer as a partner if it is one. Strangers are told apart before anything else is done. */
  async #look(peer: PeerId): Promise<void> {
    if (!this.#isAllowed(peer)) return
    const { peerStore, connectionManager } = this.#init.components
    const known = await peerStore.get(peer).catch(() => undefined)
    if (known?.protocols.includes(SYNC_PROTOCOL) !== true) return
    if (connectionManager.getConnections(peer).length > 0) this.#partners.came(peer)
  }

  #isAllowed(peer: PeerId): boolean {
    return this.#init.trust.explain({ peer }, SYNC_FUNCTION).allow
  }
}
