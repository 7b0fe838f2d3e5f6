import { generateKeyPair } from '@libp2p/crypto/keys'
import { identify } from '@libp2p/identify'
import { noise } from '@libp2p/noise'
import { tcp } from '@libp2p/tcp'
import { yamux } from '@libp2p/yamux'
import { createIPNSRecord, marshalIPNSRecord } from 'ipns'
import { createLibp2p } from 'libp2p'
import { CID } from 'multiformats/cid'
import * as raw from 'multiformats/codecs/raw'
import { sha256 } from 'multiformats/hashes/sha2'
import { rpc } from '@waystone/rpc'
import * as dagPb from '@ipld/dag-pb'
import { UnixFS } from 'ipfs-unixfs'
import { nameFromBytes, verifyRecord } from '../src/ipns-name.ts'
import { delegate } from '../src/index.ts'
import { DelegateService } from '@waystone/wire/delegate'
import type { ServiceImpl } from '@connectrpc/connect'
import type { ContentStore, HeldIpnsRecord, IpnsRecords, NodeTrust, TrustLevel } from '@waystone/interface'
import type { Libp2p } from '@libp2p/interface'
import type { Rpc } from '@waystone/rpc'
import type { Delegate, DelegateInit, FetchedBlock } from '../src/index.ts'

const cleanups: Array<() => unknown> = []

export async function cleanUp(): Promise<void> {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup()
}

/** Everybody has this level, and what the set names. */
export class FakeTrust implements Pick<NodeTrust, 'decide' | 'levelOf'> {
  level: TrustLevel = 'advanced'
  readonly denied = new Set<string>()
  readonly asked: string[] = []

  decide = (_subject: unknown, trustFunction: string): { allow: boolean; reason: string } => {
    this.asked.push(trustFunction)
    const allow = !this.denied.has(trustFunction)
    return { allow, reason: allow ? 'a test' : `${trustFunction} needs advanced` }
  }

  levelOf = (): TrustLevel => this.level
}

/** Blocks in memory; `elsewhere` is found by asking the peers that are named. */
export class FakeContent implements Pick<ContentStore, 'getBlock' | 'has'> {
  readonly blocks = new Map<string, Uint8Array>()
  readonly asked: string[] = []

  add({ cid, bytes }: FetchedBlock): CID {
    this.blocks.set(cid.toString(), bytes)
    return cid
  }

  async getBlock(cid: CID, { from = [] }: Parameters<ContentStore['getBlock']>[1] = {}): Promise<Uint8Array> {
    this.asked.push(`${cid.toString()} ${from.map(String).join()}`)
    const bytes = this.blocks.get(cid.toString())
    if (bytes === undefined) throw new Error('not here')
    return bytes
  }

  async has(cid: CID): Promise<boolean> {
    return this.blocks.has(cid.toString())
  }
}

export class FakeRecords implements IpnsRecords {
  readonly records = new Map<string, HeldIpnsRecord>()

  async held(name: string): Promise<HeldIpnsRecord | undefined> {
    return this.records.get(name)
  }

  async resolve(name: string): Promise<HeldIpnsRecord> {
    const held = this.records.get(name)
    if (held === undefined) throw new Error('no such record')
    return held
  }

  async put(name: string, record: Uint8Array): Promise<void> {
    const { nameToBytes } = await import('../src/ipns-name.ts')
    this.records.set(name, await verifyRecord(nameToBytes(name), record))
  }
}

export type DelegateTestNode = Libp2p<{ rpc: Rpc; delegate: Delegate; identify: object }>

export interface Served {
  node: DelegateTestNode
  trust: FakeTrust
  content: FakeContent
  records: FakeRecords
}

export const QUOTAS = { advanced: { callsPerMinute: 1000, bytesPerHour: 2 ** 30 } }

/** How long libp2p waits for the other end, in milliseconds: on a busy machine its own limits pass. */
const UNHURRIED = { dialTimeout: 60_000, addressDialTimeout: 60_000, inboundUpgradeTimeout: 60_000 }

/** A node on loopback TCP with the service. */
export async function delegateNode(init: Partial<DelegateInit> = {}): Promise<Served> {
  const [trust, content, records] = [new FakeTrust(), new FakeContent(), new FakeRecords()]
  const node = await createLibp2p({
    addresses: { listen: ['/ip4/127.0.0.1/tcp/0'] },
    transports: [tcp()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    connectionManager: { inboundConnectionThreshold: 10_000, ...UNHURRIED },
    services: {
      identify: identify(),
      rpc: rpc({ trust }),
      content: () => content,
      trustAcl: () => records,
      delegate: components => delegate({ trust, quotas: QUOTAS, ...init })(components as never)
    }
  })
  cleanups.push(() => node.stop())
  return { node: node as never, trust, content, records }
}

/** A delegate and its thin client. */
export async function pair(
  serverInit: Partial<DelegateInit> = {},
  clientInit: Partial<DelegateInit> = {}
): Promise<{ server: Served; client: Served }> {
  const server = await delegateNode({ serve: true, ...serverInit })
  const client = await delegateNode({ use: server.node.getMultiaddrs(), ...clientInit })
  return { server, client }
}

/** A node that answers as the test says. */
export async function falseDelegate(answers: Partial<ServiceImpl<typeof DelegateService>>): Promise<DelegateTestNode> {
  const { node } = await delegateNode()
  await node.services.rpc.serve(DelegateService, answers)
  return node
}

export async function rawBlock(bytes: Uint8Array): Promise<FetchedBlock> {
  return { cid: CID.createV1(raw.code, await sha256.digest(bytes)), bytes }
}

export async function pbBlock(node: Partial<dagPb.PBNode>): Promise<FetchedBlock> {
  const bytes = dagPb.encode(dagPb.prepare({ Links: [], ...node }))
  return { cid: CID.createV1(dagPb.code, await sha256.digest(bytes)), bytes }
}

/** A UnixFS folder with these files, all of its blocks; the folder first. */
export async function folder(files: Record<string, Uint8Array>): Promise<FetchedBlock[]> {
  const blocks = await Promise.all(Object.values(files).map(rawBlock))
  const Links = Object.keys(files).map((Name, index) => ({ Name, Hash: blocks[index]!.cid, Tsize: 1 }))
  return [await pbBlock({ Data: new UnixFS({ type: 'directory' }).marshal(), Links }), ...blocks]
}

export interface NamedRecord {
  name: string
  bytes: Uint8Array
  record: Uint8Array
}

/** Records of one new name, with these sequences. */
export async function recordsOf(...sequences: bigint[]): Promise<NamedRecord[]> {
  const key = await generateKeyPair('Ed25519')
  const bytes = key.publicKey.toMultihash().bytes
  return await Promise.all(
    sequences.map(async sequence => {
      const made = await createIPNSRecord(key, '/ipfs/bafkqaaa', sequence, 3_600_000)
      return { name: nameFromBytes(bytes), bytes, record: marshalIPNSRecord(made) }
    })
  )
}

/** One that its key signed, and that has ended. */
export async function expiredRecord(): Promise<NamedRecord> {
  const key = await generateKeyPair('Ed25519')
  const bytes = key.publicKey.toMultihash().bytes
  const record = marshalIPNSRecord(await createIPNSRecord(key, '/ipfs/bafkqaaa', 1n, -1_000))
  return { name: nameFromBytes(bytes), bytes, record }
}

export async function oneRecord(sequence = 3n): Promise<NamedRecord> {
  const [record] = await recordsOf(sequence)
  if (record === undefined) throw new Error('no record')
  return record
}

export async function collect<T>(source: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const one of source) all.push(one)
  return all
}

/** The error that work ends with. */
export async function errorOf(work: Promise<unknown>): Promise<Error & { hint?: string | undefined; cause?: Error }> {
  return await work.then(
    () => new Error('nothing was thrown') as Error & { cause?: Error },
    (error: Error & { cause?: Error }) => error
  )
}
