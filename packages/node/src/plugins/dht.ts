import { BoundedDatastore } from '@waystone/kit/bounded-datastore'
import { kadProtocol } from '@waystone/wire'
import { failWithoutPeers } from '../dht/fail-without-peers.ts'
import { keepDiverse } from '../dht/keep-diverse.ts'
import { LastAddresses } from '../dht/last-addresses.ts'
import { everyKind } from '../dht/record-kinds.ts'
import { ProviderRecords } from '../dht/provider-records.ts'
import { bootstrapOf } from '../libp2p/bootstrap-of.ts'
import { DroppedSeeds } from '../libp2p/dropped-seeds.ts'
import { FirstPeers } from '../libp2p/first-peers.ts'
import { SparedSeeds } from '../libp2p/spared-seeds.ts'
import type { PeerId } from '@libp2p/interface'
import type { KadDHT } from '@libp2p/kad-dht'
import type { Datastore } from 'interface-datastore'
import type { DhtTable } from '../dht/keep-diverse.ts'
import type { NodeComponents, Plugin, PluginContext, ServiceFactory } from './plugin.ts'

/**
 * Queries wait for the first look around the own id. Begin it at once instead
 * of after a second: it waits by itself until there is a peer to ask, and a
 * short-lived edge that sends one file asks for a peer right after its start.
 */
const FIRST_SELF_QUERY_MS = 1

/**
 * What strangers may store here; the library has no limit. 10 KiB is the
 * largest IPNS record (https://specs.ipfs.tech/ipns/ipns-record/), and all of
 * them together are 120 MB at worst.
 */
const MAX_STORED_ENTRIES = 10_000
const MAX_STORED_ENTRY_BYTES = 12 * 1024

/** One peer of a small network has all its files told of here; no file needs more to be fetched from. */
const PROVIDER_LIMITS = { total: 10_000, perPeer: 1_000, perContent: 200 }

/** The function of the trust matrix whose peers may be many in one network: a cluster is. */
const BOOTSTRAP = 'use-for-bootstrap'

/** Peers that were not taken into the DHT's table because their network has enough there. */
const REFUSED_METRIC = 'waystone_dht_refused_peers_total'

/** The network's own DHT: networks never share one. */
export const dhtPlugin: Plugin = { create }

async function create({ config, clock, trust }: PluginContext): Promise<ServiceFactory | undefined> {
  if (config.dht.mode === 'off') return undefined
  const [{ kadDHT, passthroughMapper, removePrivateAddressesMapper }, { dhtRecords }, { NewestRecords }] =
    await Promise.all([import('@libp2p/kad-dht'), import('@waystone/trust-acl'), import('./newest-records.ts')])
  const { DROPPED_SEED_TAG: tag } = await import('@waystone/seed-discovery')
  const { validators, selectors, requireNewer } = dhtRecords({ clock })
  const prefix = `/dht/${config.network}`
  const dht = kadDHT({
    protocol: kadProtocol(config.network),
    clientMode: config.dht.mode === 'client',
    logPrefix: `libp2p:kad-dht:${config.network}`,
    datastorePrefix: prefix,
    peerInfoMapper: config.addresses.private ? passthroughMapper : removePrivateAddressesMapper,
    initialQuerySelfInterval: FIRST_SELF_QUERY_MS,
    validators: everyKind(validators),
    selectors
  })
  const limits = { prefix: `${prefix}/record`, maxEntries: MAX_STORED_ENTRIES, maxEntryBytes: MAX_STORED_ENTRY_BYTES }
  return components => {
    const store = new BoundedDatastore({ ...limits, store: components.datastore })
    const rest = new NewestRecords({ store, prefix: `${prefix}/record`, requireNewer: { ipns: requireNewer } })
    const { datastore: raw, peerId: self, peerStore } = components
    const providers = { rest, store: raw, prefix: `${prefix}/provider`, limits: PROVIDER_LIMITS, self, peerStore }
    const dropped = new DroppedSeeds(components, { trust, tag })
    const isSparing = (): boolean => bootstrapOf(components)?.isSparing() === true
    const spared = new SparedSeeds(dropped, { trust, clock, isSparing })
    const isGood = (peer: PeerId): boolean => bootstrapOf(components)?.isGood(peer) === true
    const isSpared = (peer: PeerId): boolean => spared.isSpared(peer)
    const first = new FirstPeers(components, { trust, clock, isGood, isSpared })
    const datastore = new ProviderRecords(providers)
    const made = dht(withParts(components, { datastore, first, spared }))
    failWithoutPeers(made)
    keepDiverse(tableOf(made), {
      connections: components.connectionManager,
      last: new LastAddresses(components.events),
      exemptPrivate: config.addresses.private,
      isTrusted: peer => trust.explain({ peer }, BOOTSTRAP).allow,
      refused: components.metrics?.registerCounter(REFUSED_METRIC)
    })
    return asking(made, spared)
  }
}

interface DhtParts {
  datastore: Datastore
  first: FirstPeers
  spared: SparedSeeds
}

/** Its types leave the table's methods and events out. */
function tableOf(dht: KadDHT): DhtTable {
  const table = 'routingTable' in dht ? dht.routingTable : undefined
  if (!isTable(table)) throw new TypeError('kad-dht has no routing table that can be watched')
  return table
}

function isTable(table: unknown): table is DhtTable {
  return typeof table === 'object' && table !== null && 'add' in table && 'addEventListener' in table
}

/** Who looks for a peer may ask the seeds. */
function asking(dht: KadDHT, spared: SparedSeeds): KadDHT {
  const findPeer = dht.findPeer.bind(dht)
  dht.findPeer = (...search) => {
    spared.end()
    return findPeer(...search)
  }
  return dht
}

/** libp2p adds parts later and throws for those that are absent, so that a copy would not do. */
function withParts(components: NodeComponents, { datastore, first, spared }: DhtParts): NodeComponents {
  return new Proxy(components, {
    get: (parts, name): unknown => {
      if (name === 'datastore') return datastore
      if (name === 'connectionManager' || name === 'ping') return spared[name]
      return name === 'peerStore' || name === 'registrar' ? first[name] : Reflect.get(parts, name)
    }
  })
}
