import { systemClock, systemRandom } from '@waystone/kit'
import { bitswapPeers, exchangePeers } from './exchange/peers.ts'
import { BroughtRecords } from './exchange/brought-records.ts'
import { RpcWay } from './exchange/rpc-way.ts'
import { Carrier } from './ipns/carrier.ts'
import { CarriedNames } from './ipns/carried.ts'
import { DhtWay } from './ipns/dht-way.ts'
import { EntryFetch } from './ipns/entry-fetch.ts'
import { FetchCounts } from './ipns/fetch-counts.ts'
import { TrustFiles } from './ipns/files.ts'
import { KeptBlocks } from './ipns/kept-blocks.ts'
import { MirrorWay } from './ipns/mirror-way.ts'
import { OwnWay } from './ipns/own-way.ts'
import { Publisher } from './ipns/publisher.ts'
import { Redistributor } from './ipns/redistributor.ts'
import { Refresher } from './ipns/refresher.ts'
import { RecordStore } from './ipns/record-store.ts'
import { Resolver } from './ipns/resolver.ts'
import type { ContentStore } from '@waystone/interface'
import type { IpnsBasics } from './ipns/parts.ts'
import type { TrustAclComponents, TrustAclServiceInit } from './service-contract.ts'

export interface RecordParts {
  records: RecordStore
  resolver: Resolver
  files: TrustFiles
  publisher: Publisher
  carrier: Carrier
  brought: BroughtRecords
  fetching: EntryFetch
  refresher: Refresher
  redistributor: Redistributor
}

/** Puts together what works on records and files. */
export function createRecordParts(components: TrustAclComponents, init: TrustAclServiceInit): RecordParts {
  const { connectionManager, peerStore, datastore, contentRouting, rpc } = components
  const {
    trust: entries,
    shipped = [],
    mirrors = [],
    keys,
    mayCarry = () => false,
    fetch,
    counts = new FetchCounts()
  } = init
  const basics = basicsOf(components, init)
  const records = new RecordStore(datastore)
  const kept = new KeptBlocks(datastore)
  const carried = new CarriedNames(datastore, kept)
  const connected = { connectionManager, peerStore, trust: entries }
  const peers = async () => await exchangePeers(connected)
  const holders = async () => await bitswapPeers(connected)
  const direct = new RpcWay(rpc, peers, basics.clock)
  const dht = new DhtWay(contentRouting)
  const others = mirrors.map(mirror => new MirrorWay({ mirror, fetch }))
  const ways = [new OwnWay(records, carried), dht, direct, ...others]
  const resolver = new Resolver({ ...basics, records, ways: () => ways, counts })
  const content = (): ContentStore | undefined => contentOf(components)
  const files = new TrustFiles({ ...basics, kept, entries, shipped, rpc: direct, peers, holders, content })
  const hasPeers = (): boolean => connectionManager.getConnections().length > 0
  const shared = { ...basics, entries, records, carried, resolver, files }
  const onUntaken = (): void => redistributor.noteUntaken()
  const publisher = new Publisher({ ...shared, ways: [dht, direct], keys, content, hasPeers, onUntaken })
  const carrier = new Carrier({ ...shared, publisher })
  const fetching = new EntryFetch({ ...shared, shipped, kept, counts })
  const brought = new BroughtRecords({ ...shared, carrier, fetching })
  const refresher = new Refresher({ ...basics, entries, fetching, kept })
  const redistributor = new Redistributor({ ...shared, mayCarry, publisher })
  return { records, resolver, files, publisher, carrier, brought, fetching, refresher, redistributor }
}

function basicsOf({ logger }: TrustAclComponents, init: TrustAclServiceInit): IpnsBasics {
  const { clock = systemClock, random = systemRandom, audit = { add: () => {} } } = init
  return { clock, random, audit, log: logger.forComponent('waystone:trust:ipns') }
}

/** libp2p throws for parts that are absent. */
function contentOf(components: TrustAclComponents): ContentStore | undefined {
  try {
    return components.content
  } catch {
    return undefined
  }
}
