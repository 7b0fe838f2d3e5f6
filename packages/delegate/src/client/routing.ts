import { NotFoundError } from '@libp2p/interface'
import { nameInKey } from '../ipns-name.ts'
import type { ContentRouting, PeerId, PeerInfo, PeerRouting, Provider, RoutingOptions } from '@libp2p/interface'
import type { CID } from 'multiformats/cid'
import type { ProvidedList } from '../server/provided.ts'
import type { ThinClient } from './thin-client.ts'

const ROUTING = 'delegate'

/** How libp2p finds peers through delegates; the closest peers to a key only a DHT knows. */
export class DelegatePeerRouting implements PeerRouting {
  readonly #client: () => ThinClient

  constructor(client: () => ThinClient) {
    this.#client = client
  }

  async findPeer(peer: PeerId, options: RoutingOptions = {}): Promise<PeerInfo> {
    return await this.#client().findPeer(peer, options)
  }

  async *getClosestPeers(): AsyncGenerator<PeerInfo> {
    // none
  }
}

export interface DelegateContentRoutingInit {
  /** Undefined for a node that uses no delegates. */
  client: () => ThinClient | undefined
  provided: ProvidedList
}

/** How libp2p finds providers and IPNS records through delegates, and thin clients that announced themselves here. */
export class DelegateContentRouting implements ContentRouting {
  readonly #init: DelegateContentRoutingInit

  constructor(init: DelegateContentRoutingInit) {
    this.#init = init
  }

  async provide(cid: CID, options: RoutingOptions = {}): Promise<void> {
    await this.#init.client()?.provide(cid, options)
  }

  async cancelReprovide(): Promise<void> {
    // delegates forget by themselves
  }

  async *findProviders(cid: CID, options: RoutingOptions = {}): AsyncGenerator<Provider> {
    // what a client says of its addresses is for those who ask; this node uses the connection that the client made
    for (const { id } of this.#init.provided.providers(cid)) yield { id, multiaddrs: [], routing: ROUTING }
    for await (const found of this.#init.client()?.findProviders(cid, options) ?? [])
      yield { ...found, routing: ROUTING }
  }

  /** Only IPNS records: nothing else could be verified. */
  async put(key: Uint8Array, value: Uint8Array, options: RoutingOptions = {}): Promise<void> {
    const name = nameInKey(key)
    if (name !== undefined) await this.#init.client()?.putIpns(name, value, options)
  }

  async get(key: Uint8Array, options: RoutingOptions = {}): Promise<Uint8Array> {
    const [name, client] = [nameInKey(key), this.#init.client()]
    if (name === undefined) throw new NotFoundError('delegates only know IPNS records')
    if (client === undefined) throw new NotFoundError('this node uses no delegates')
    return (await client.resolveBytes(name, options)).record
  }
}
