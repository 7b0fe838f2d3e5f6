import { contentRoutingSymbol, peerRoutingSymbol, serviceCapabilities } from '@libp2p/interface'
import { systemClock } from '@waystone/kit'
import { nameOf } from '@waystone/kit/error-fields'
import { groupPeerAddresses } from '@waystone/kit/peer-addresses'
import { DelegateService } from '@waystone/wire/delegate'
import { DelegatePool } from './client/pool.ts'
import { DelegateContentRouting, DelegatePeerRouting } from './client/routing.ts'
import { ThinClient } from './client/thin-client.ts'
import { NoDelegateError } from './errors.ts'
import { createHttpHandler } from './http/handler.ts'
import { nameToBytes } from './ipns-name.ts'
import { delegateMetrics } from './metrics.ts'
import { Backend } from './server/backend.ts'
import { Copies } from './server/copies.ts'
import { Desk } from './server/desk.ts'
import { ProvidedList } from './server/provided.ts'
import { QuotaBook } from './server/quotas.ts'
import { rpcService, TRUST_FUNCTIONS } from './server/rpc-service.ts'
import type { AbortOptions, ContentRouting, PeerId, PeerInfo, PeerRouting, Startable } from '@libp2p/interface'
import type { Clock, HeldIpnsRecord } from '@waystone/interface'
import type { CID } from 'multiformats/cid'
import type { Delegate, DelegateComponents, DelegateInit, FetchedBlock, FetchOptions, HttpHandler } from './contract.ts'
import type { DelegateMetrics } from './metrics.ts'

/** Lifecycle and wiring; the work is in `Desk` (for others) and `ThinClient` (for this node). */
export class DelegateNode implements Delegate, Startable {
  readonly [Symbol.toStringTag] = '@waystone/delegate'
  readonly [serviceCapabilities]: string[] = ['@waystone/delegate']
  readonly http: HttpHandler
  readonly #components: DelegateComponents
  readonly #init: DelegateInit
  readonly #clock: Clock
  readonly #provided: ProvidedList
  readonly #copies: Copies
  readonly #metrics: DelegateMetrics
  readonly #desk: Desk
  #client: ThinClient | undefined
  #ending = new AbortController()
  #ends: Array<() => Promise<void>> | undefined

  constructor(components: DelegateComponents, init: DelegateInit) {
    const { clock = systemClock, quotas = {}, trust } = init
    this.#components = components
    this.#init = init
    this.#clock = clock
    this.#provided = new ProvidedList(clock)
    this.#metrics = delegateMetrics(components.metrics, () => this.#provided.size)
    const backend = new Backend(components, clock)
    this.#copies = new Copies(clock, cid => {
      const { signal } = this.#ending
      backend.cancelProvide(cid, { signal }).catch((error: unknown) => this.#metrics.refused(nameOf(error)))
    })
    const parts = {
      provided: this.#provided,
      copies: this.#copies,
      metrics: this.#metrics,
      quotas: new QuotaBook(quotas, clock)
    }
    this.#desk = new Desk({ backend, ...parts, ending: () => this.#ending.signal })
    this.http = createHttpHandler({ desk: this.#desk, trust, metrics: this.#metrics })
  }

  get using(): boolean {
    return (this.#init.use ?? []).length > 0
  }

  /** libp2p reads it before the start. */
  get [contentRoutingSymbol](): ContentRouting | undefined {
    if (!this.using && this.#init.serve !== true) return undefined
    return new DelegateContentRouting({ client: () => this.#client, provided: this.#provided })
  }

  get [peerRoutingSymbol](): PeerRouting | undefined {
    return this.using ? new DelegatePeerRouting(() => this.#asking()) : undefined
  }

  async start(): Promise<void> {
    if (this.#ends !== undefined) return
    this.#ends = []
    this.#ending = new AbortController()
    if (this.using) this.#client = this.#createClient()
    if (this.#init.serve === true) this.#ends.push(await this.#serve())
    if (this.#init.http !== undefined) this.#ends.push(await this.#init.http.listen(this.http))
  }

  async stop(): Promise<void> {
    const ends = this.#ends ?? []
    this.#ends = undefined
    this.#client = undefined
    this.#ending.abort()
    this.#copies.close()
    for (const end of ends.toReversed()) await end()
  }

  fetch(cid: CID, options?: FetchOptions): AsyncIterable<FetchedBlock> {
    return this.#asking().fetch(cid, options)
  }

  async resolve(name: string, options?: AbortOptions): Promise<HeldIpnsRecord> {
    return await this.#asking().resolve(name, options)
  }

  async putIpns(name: string, record: Uint8Array, options?: AbortOptions): Promise<void> {
    await this.#asking().putIpns(nameToBytes(name), record, options)
  }

  async provide(cid: CID, options?: AbortOptions): Promise<void> {
    await this.#asking().provide(cid, options)
  }

  async findPeer(peer: PeerId, options?: AbortOptions): Promise<PeerInfo> {
    return await this.#asking().findPeer(peer, options)
  }

  findProviders(cid: CID, options?: AbortOptions): AsyncIterable<PeerInfo> {
    return this.#asking().findProviders(cid, options)
  }

  #asking(): ThinClient {
    if (this.#client !== undefined) return this.#client
    throw new NoDelegateError('this node uses no delegate', { hint: 'name one under delegate.use, and start the node' })
  }

  async #serve(): Promise<() => Promise<void>> {
    const { trust } = this.#init
    const { rpc, peerId, addressManager } = this.#components
    const self = () => ({ self: peerId, own: addressManager.getAddresses() })
    const service = rpcService({ desk: this.#desk, trust, metrics: this.#metrics, self })
    return await rpc.serve(DelegateService, service, { trustFunctions: TRUST_FUNCTIONS })
  }

  #createClient(): ThinClient {
    const { rpc, logger, addressManager } = this.#components
    const groups = groupPeerAddresses(this.#init.use ?? [], 'delegate')
    const clients = new Map(
      groups.map(({ peerId, addresses }) => [peerId.toString(), rpc.client(DelegateService, addresses)])
    )
    const log = logger.forComponent('waystone:delegate')
    const self = this.#components.peerId
    const pool = new DelegatePool({ clients, clock: this.#clock, metrics: this.#metrics, log, self })
    return new ThinClient({ pool, clock: this.#clock, ownAddresses: () => addressManager.getAddresses() })
  }
}
