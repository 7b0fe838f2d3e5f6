import { generateKeyPair } from '@libp2p/crypto/keys'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { MemoryDatastore } from 'datastore-core'
import { base36 } from 'multiformats/bases/base36'
import { CID } from 'multiformats/cid'
import { identity } from 'multiformats/hashes/identity'
import { ManualClock } from '@waystone/kit/testing'
import { TrustAcl } from '../src/index.ts'
import type { PeerId } from '@libp2p/interface'
import type { Datastore } from 'interface-datastore'
import type { AuditEvent, AuditSink, FetchedTrustFile, TrustAclInit } from '../src/index.ts'

export const DAY = 86_400_000

/** A peer with a key of its own. */
export async function aPeer(): Promise<PeerId> {
  return peerIdFromPrivateKey(await generateKeyPair('Ed25519'))
}

/** An IPNS name of somebody. */
export async function aName(): Promise<string> {
  return (await aPeer()).toCID().toString(base36)
}

/** Keeps what it is told. */
export class Told implements AuditSink {
  readonly events: Omit<AuditEvent, 'at' | 'count'>[] = []

  denied(...[{ peer }, trustFunction, { reason }]: Parameters<AuditSink['denied']>): void {
    this.add({ kind: 'denied', subject: peer.toString(), function: trustFunction, reason })
  }

  add(event: Omit<AuditEvent, 'at' | 'count'>): void {
    this.events.push(event)
  }

  of(kind: AuditEvent['kind']): string[] {
    return this.events.filter(event => event.kind === kind).map(({ subject, reason }) => `${subject}: ${reason}`)
  }
}

export interface TestAcl extends AsyncDisposable {
  acl: TrustAcl
  clock: ManualClock
  told: Told
  datastore: Datastore
  self: PeerId
}

/** A trust database in memory; closed at the end of its scope. */
export async function openAcl(init: Partial<TrustAclInit> & { clock?: ManualClock } = {}): Promise<TestAcl> {
  const { clock = new ManualClock(), datastore = new MemoryDatastore(), self = await aPeer() } = init
  const told = new Told()
  const acl = await TrustAcl.open({ audit: told, ...init, clock, datastore, self })
  return { acl, clock, told, datastore, self, [Symbol.asyncDispose]: async () => await acl.close() }
}

/** What a fetch would bring for these nodes; remotes are strict unless they say otherwise. */
export function fetchedFile(
  nodes: readonly { peer: PeerId | string; label?: string; remotes?: string[]; strict?: boolean }[],
  over: Partial<FetchedTrustFile> = {}
): FetchedTrustFile {
  const listed = nodes.map(({ peer, label = 'node', remotes = [], strict = true }) => ({
    node: label,
    pubkey: peer.toString(),
    remotes,
    'remotes-strict': strict
  }))
  const content = { description: 'nodes', contact: ['mailto:a@example.org'], entities: [{ nodes: listed }] }
  const bytes = new TextEncoder().encode(JSON.stringify(content))
  const file = {
    description: 'nodes',
    contact: ['mailto:a@example.org'],
    entities: [
      {
        entity: 'default',
        nodes: nodes.map(({ peer, label = 'node', remotes = [], strict = true }) => ({
          label,
          peer: peer.toString(),
          contact: [],
          remotes,
          remotesStrict: strict
        }))
      }
    ]
  }
  const cid = CID.createV1(0x55, identity.digest(new Uint8Array([1])))
  return { file, bytes, cid, record: new Uint8Array([1, 2, 3]), sequence: 1n, ttl: DAY, via: 'rpc', ...over }
}
