import { generateKeyPair } from '@libp2p/crypto/keys'
import { multiaddr } from '@multiformats/multiaddr'
import { systemClock } from '@waystone/kit'
import { nameOf } from '@waystone/kit/error-fields'
import { until } from '@waystone/kit/testing'
import { signOffline } from '@waystone/trust-acl/offline'
import { DelegateService } from '@waystone/wire/delegate'
import { TrustExchangeService } from '@waystone/wire/trust'
import { rpcOf } from '../src/rpc-of.ts'
import { contentOf, nodeAt } from './trust-network.ts'
import type { WaystoneNode } from '@waystone/node'
import type { TrustNetwork } from './trust-network.ts'

/** Who decides, who may, who may not, and what they try; it fails for the one who may not. */
export interface Case {
  decider: WaystoneNode
  good: WaystoneNode
  bad: WaystoneNode
  /** Other functions that both need for the attempt. */
  also?: readonly string[]
  attempt(peer: WaystoneNode): Promise<unknown>
}

type MakeCase = (network: TrustNetwork) => Promise<Case>

const bytes = new TextEncoder().encode('a block')
const connected = (from: WaystoneNode, to: WaystoneNode): boolean =>
  from.libp2p.getConnections(to.libp2p.peerId).length > 0
/** As seed-discovery marks those whom it holds. */
const isHeld = async ({ libp2p }: WaystoneNode, peer: WaystoneNode): Promise<boolean> => {
  const { tags } = await libp2p.peerStore.get(peer.libp2p.peerId)
  return tags.has('waystone-seed')
}
const addressOf = ({ libp2p }: WaystoneNode): string => String(libp2p.getMultiaddrs()[0])
const through = (relay: WaystoneNode): string => `${addressOf(relay)}/p2p-circuit`

/** By function; each on a network that runs. */
export const cases: Record<string, MakeCase> = {
  'use-for-bootstrap': dialled,
  'connect-on-startup': async network => {
    const { good, bad } = edgesAtSeed(network)
    const old = nodeAt(network.testnet.edges, 2)
    await network.testnet.replace(old)
    return { ...(await dialled(network)), good, bad }
  },
  'hold-and-reconnect': redialled,
  'used-for-autonat': async network => {
    const { decider, ...edges } = edgesAtSeed(network)
    return {
      decider,
      ...edges,
      attempt: async ({ libp2p }) => {
        const stream = await decider.libp2p.dialProtocol(libp2p.peerId, '/libp2p/autonat/2/dial-request')
        stream.abort(new Error('it was opened'))
      }
    }
  },
  'bulk-data-sync': async network => {
    const { decider, ...edges } = edgesAtSeed(network)
    const cid = await contentOf(decider).put(bytes)
    return {
      decider,
      ...edges,
      attempt: async peer => {
        const ending = new AbortController()
        const from = [decider.libp2p.peerId]
        const got = contentOf(peer).getBlock(cid, { from, signal: ending.signal })
        const refused = until(() => isDenied(network, { decider, peer }, 'bulk-data-sync')).then(() => ending.abort())
        refused.catch(() => {})
        await got
      }
    }
  },
  'query-all-ipns': exchange(async client => await client.listEntries({})),
  'peer-exchange': exchange(async client => await client.exchangeRatings({ ratings: [] })),
  'redistribute-ipns': exchange(async client => await client.putRecord(await aRecord())),
  'offer-relay': async network => {
    const { good, bad } = edgesAtSeed(network)
    const decider = nodeAt(network.testnet.relays, 0)
    const address = multiaddr(through(decider))
    return { decider, good, bad, attempt: async peer => network.inside(peer).transportManager.listen([address]) }
  },
  'use-as-relay': async ({ testnet }) => {
    const [decider, hidden] = [nodeAt(testnet.edges, 0), nodeAt(testnet.edges, -1)]
    const { peerId } = hidden.libp2p
    return {
      decider,
      good: nodeAt(testnet.relays, 0),
      bad: nodeAt(testnet.relays, 1),
      attempt: async relay => {
        const address = multiaddr(`${through(relay)}/p2p/${peerId.toString()}`)
        await decider.libp2p.hangUp(peerId)
        // a handshake on a busy machine may fail for other reasons
        await until(async () => await decider.libp2p.dial(address).then(() => true, denialOrRetry))
        await decider.libp2p.hangUp(peerId)
      }
    }
  },
  'remote-put-dht': delegate(async client => await client.putIpns(await aRecord())),
  'remote-resolve-ipns': async network => {
    const record = await aRecord()
    const make = delegate(async client => {
      await client.putIpns(record)
      await client.resolveIpns({ name: record.name })
    })
    return { ...(await make(network)), also: ['remote-put-dht'] }
  },
  'remote-fetch-dht': async network => {
    const peer = nodeAt(network.testnet.relays, 0).libp2p.peerId.toMultihash().bytes
    return await delegate(async client => await client.findPeer({ peer }))(network)
  },
  'remote-fetch-cid': async network => {
    const cid = await contentOf(nodeAt(network.testnet.seeds, 0)).put(bytes)
    return await delegate(async client => {
      for await (const _ of client.fetch({ cid: cid.bytes }));
    })(network)
  }
}

/** Whether the decider has counted a denial of this function for the peer. */
export function isDenied(
  network: TrustNetwork,
  { decider, peer }: { decider: WaystoneNode; peer: WaystoneNode },
  name: string
): boolean {
  const events = network.inside(decider).audit?.events() ?? []
  const subject = peer.libp2p.peerId.toString()
  return events.some(event => event.kind === 'denied' && event.function === name && event.subject === subject)
}

function denialOrRetry(error: unknown): false {
  if (nameOf(error) === 'DialDeniedError') throw error
  return false
}

function edgesAtSeed({ testnet }: TrustNetwork): Pick<Case, 'decider' | 'good' | 'bad'> {
  const [good, bad] = [nodeAt(testnet.edges, 0), nodeAt(testnet.edges, 1)]
  return { decider: nodeAt(testnet.seeds, 0), good, bad }
}

/** The decider dials by itself: that it leaves one out shows when it has the other. */
async function dialled(network: TrustNetwork): Promise<Case> {
  const { good, bad } = edgesAtSeed(network)
  const decider = nodeAt(network.testnet.edges, 2)
  for (const peer of [good, bad]) await decider.libp2p.hangUp(peer.libp2p.peerId)
  return {
    decider,
    good,
    bad,
    attempt: async peer => {
      await until(() => connected(decider, good))
      if (!connected(decider, peer)) throw new Error('the peer is not dialled')
    }
  }
}

/** Held from the first connection on: both lose theirs, and one of them is dialled again. */
async function redialled(network: TrustNetwork): Promise<Case> {
  const { decider, good, bad } = await dialled(network)
  return {
    decider,
    good,
    bad,
    attempt: async peer => {
      await decider.libp2p.dial(peer.libp2p.getMultiaddrs())
      // what changed just now in the trust database is followed a moment later
      await until(async () => await isHeld(decider, good))
      for (const lost of new Set([peer, good])) {
        await until(() => connected(lost, decider))
        await lost.libp2p.hangUp(decider.libp2p.peerId)
      }
      await until(() => connected(good, decider))
      if (!connected(peer, decider)) throw new Error('the peer is not dialled again')
    }
  }
}

type ExchangeClient = ReturnType<typeof exchangeClient>
type DelegateClient = ReturnType<typeof delegateClient>

const exchangeClient = (peer: WaystoneNode, { libp2p }: WaystoneNode) =>
  rpcOf(peer).client(TrustExchangeService, libp2p.peerId)
const delegateClient = (peer: WaystoneNode, { libp2p }: WaystoneNode) =>
  rpcOf(peer).client(DelegateService, libp2p.peerId)

function exchange(call: (client: ExchangeClient) => Promise<unknown>): MakeCase {
  return async network => {
    const edges = edgesAtSeed(network)
    return { ...edges, attempt: async peer => await call(exchangeClient(peer, edges.decider)) }
  }
}

function delegate(call: (client: DelegateClient) => Promise<unknown>): MakeCase {
  return async network => {
    const edges = edgesAtSeed(network)
    return { ...edges, attempt: async peer => await call(delegateClient(peer, edges.decider)) }
  }
}

async function aRecord(): Promise<{ name: Uint8Array; record: Uint8Array }> {
  const key = await generateKeyPair('Ed25519')
  const record = await signOffline({ key, file: bytes, sequence: 1n, now: systemClock.now() })
  return { name: key.publicKey.toMultihash().bytes, record }
}
