import { serviceCapabilities, serviceDependencies } from '@libp2p/interface'
import { systemClock, systemRandom } from '@waystone/kit'
import { SERVICE_NAMES } from '@waystone/wire'
import { EXCHANGE_FUNCTIONS } from './exchange/functions.ts'
import { parseIpnsName } from './ipns/name.ts'
import type { AbortOptions, Startable } from '@libp2p/interface'
import type { HeldIpnsRecord, PutRecordOptions } from '@waystone/interface'
import type { LateService } from '@waystone/rpc'
import type { RatingsExchange } from './exchange/contract.ts'
import type { Published, PublishInit } from './ipns/publisher.ts'
import type { RecordParts } from './record-parts.ts'
import type { TrustAclComponents, TrustAclService, TrustAclServiceInit } from './service-contract.ts'

/** Lifecycle and wiring; see `ipns/` for what is done with records and `exchange/` for what peers may ask. */
class RecordsService implements TrustAclService, Startable {
  readonly [Symbol.toStringTag] = '@waystone/trust-acl'
  readonly [serviceCapabilities]: string[] = ['@waystone/trust-acl']
  readonly [serviceDependencies]: string[] = ['@waystone/rpc']
  ratings: RatingsExchange | undefined
  readonly #components: TrustAclComponents
  readonly #init: TrustAclServiceInit
  #parts: RecordParts | undefined
  #loading: Promise<RecordParts> | undefined
  #ending: AbortController | undefined
  #unserve: (() => Promise<void>) | undefined
  #redistributing: Promise<void> = Promise.resolve()

  constructor(components: TrustAclComponents, init: TrustAclServiceInit) {
    this.#components = components
    this.#init = init
  }

  /** What is on the disk is here before anybody is asked, or let in, for the lack of it. */
  async beforeStart(): Promise<void> {
    await this.#takeShipped().catch(this.#lost)
  }

  async start(): Promise<void> {
    if (this.#ending !== undefined) return
    this.#ending = new AbortController()
    const { rpc, events } = this.#components
    const access = { trustFunctions: EXCHANGE_FUNCTIONS }
    this.#unserve = await rpc.serveLate(SERVICE_NAMES.trustExchange, this.#exchange, access)
    events.addEventListener('peer:identify', this.#onPeer)
  }

  /** Nothing is fetched before every part of the node has started. */
  afterStart(): void {
    if (this.#ending !== undefined) this.#redistributing = this.#refresh(this.#ending.signal).catch(this.#lost)
  }

  async stop(): Promise<void> {
    this.#components.events.removeEventListener('peer:identify', this.#onPeer)
    this.#ending?.abort(new DOMException('the node stops', 'AbortError'))
    this.#ending = undefined
    await this.#unserve?.()
    this.#unserve = undefined
    await this.#loading?.catch(() => {})
    await Promise.all([this.#parts?.refresher.stop(), this.#redistributing])
    this.#parts = undefined
    this.#loading = undefined
  }

  async held(name: string): Promise<HeldIpnsRecord | undefined> {
    const { records } = await this.#records()
    return await records.held(parseIpnsName(name))
  }

  async resolve(name: string, options: AbortOptions = {}): Promise<HeldIpnsRecord> {
    const { resolver } = await this.#records()
    return (await resolver.resolve(parseIpnsName(name), { signal: this.#until(options) })).record
  }

  async put(text: string, record: Uint8Array, options: PutRecordOptions = {}): Promise<void> {
    const { carrier } = await this.#records()
    const name = parseIpnsName(text)
    const { by } = options
    const mayKeep = by !== undefined && this.#init.trust.explain({ peer: by }, 'redistribute-ipns').allow
    if (!mayKeep) return await carrier.put(name, record, this.#until(options))
    await carrier.carryOrPut({ by, name, record }, { signal: this.#until(options), ending: this.#until({}) })
  }

  async fetchEntry(labelOrPubkey: string, options: AbortOptions = {}): Promise<void> {
    const { refresher } = await this.#records()
    await refresher.fetch(labelOrPubkey, this.#until(options))
  }

  async publish(init: PublishInit, options: AbortOptions = {}): Promise<Published> {
    const { publisher } = await this.#records()
    return await publisher.publish(init, { signal: this.#until(options) })
  }

  readonly #onPeer = (): void => {
    this.#parts?.files.peerCame()
    this.#parts?.refresher.peerCame()
    this.#parts?.redistributor.peerCame()
  }

  readonly #lost = (error: unknown): void =>
    this.#components.logger.forComponent('waystone:trust:ipns').error('trust files are not kept fresh - %e', error)

  async #takeShipped(): Promise<void> {
    const { shipped = [], trust } = this.#init
    if (shipped.length === 0) return
    const lacking = [...trust.entries()].filter(({ kind, fetched }) => kind === 'file' && fetched === undefined)
    if (lacking.length === 0) return
    const { fetching } = await this.#records()
    await Promise.all(lacking.map(async entry => await fetching.fetchShippedFirst(entry)))
  }

  async #refresh(signal: AbortSignal): Promise<void> {
    const { refresher, redistributor } = await this.#records()
    if (signal.aborted) return
    refresher.start()
    await redistributor.run(signal)
  }

  /** Loaded and made at first use: a node is ready sooner without, and a service that is declared later is absent before. */
  async #records(): Promise<RecordParts> {
    this.#loading ??= this.#load()
    return await this.#loading
  }

  async #load(): Promise<RecordParts> {
    const { createRecordParts } = await import('./record-parts.ts')
    return (this.#parts = createRecordParts(this.#components, this.#init))
  }

  #until({ signal }: AbortOptions): AbortSignal {
    const ends = [this.#ending?.signal, signal].filter(one => one !== undefined)
    return AbortSignal.any(ends)
  }

  readonly #exchange = async (): Promise<LateService> => {
    const { trust, clock = systemClock } = this.#init
    const [{ exchangeService }, { records, brought, files }] = await Promise.all([
      import('./exchange/handlers.ts'),
      this.#records()
    ])
    return exchangeService({
      clock,
      trust,
      records,
      cursors: this.#components.rpc.cursors,
      take: async (caller, name, record) => await brought.take(caller, { name, record }, this.#until({})),
      file: async cid => await files.local(cid),
      entries: () => trust.entries(),
      ratings: () => this.ratings
    })
  }
}

/**
 * Fetches and publishes trust files, and exchanges what they need with other peers.
 *
 * @example
 * const trust = await TrustAcl.open({ datastore, self })
 * const node = await createLibp2p({ services: { identify: identify(), rpc: rpc({ trust }), trustAcl: trustAcl({ trust }) } })
 * await trust.add({ label: 'cluster', pubkey: 'k51…', trustlevel: 'trusted' })
 * await node.services.trustAcl.fetchEntry('cluster')
 */
export function trustAcl(init: TrustAclServiceInit): (components: TrustAclComponents) => TrustAclService {
  return components => new RecordsService(components, { clock: systemClock, random: systemRandom, ...init })
}
