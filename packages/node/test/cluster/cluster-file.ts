import { generateKeyPairFromSeed } from '@libp2p/crypto/keys'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { seededRandom } from '@waystone/kit/testing'
import { ipnsNameOf, parseTrustFile, rawCid, readRecord, signOffline } from '@waystone/trust-acl/offline'
import type { Ed25519PrivateKey, PeerId } from '@libp2p/interface'
import type { FetchedTrustFile } from '@waystone/trust-acl'

/** A key that follows from a number. */
export async function keyOf(seed: number): Promise<Ed25519PrivateKey> {
  return await generateKeyPairFromSeed('Ed25519', seededRandom(seed).bytes(32))
}

/** The peer of that key. */
export async function peerOf(seed: number): Promise<PeerId> {
  return peerIdFromPrivateKey(await keyOf(seed))
}

export interface ClusterFileInit {
  /** Of the cluster's key. */
  key: Ed25519PrivateKey
  members: readonly PeerId[]
  sequence?: bigint
  /** When the record is signed, in milliseconds since the Unix epoch. */
  now: number
  /** How long it is valid, in milliseconds. */
  lifetime?: number
}

export interface SignedClusterFile {
  name: string
  bytes: Uint8Array
  record: Uint8Array
}

/** A trust file of these members, and the record that signs it. */
export async function clusterFile(init: ClusterFileInit): Promise<SignedClusterFile> {
  const { key, members, sequence = 1n, now, lifetime } = init
  const nodes = members.map((peer, at) => ({ node: `seed-${at}`, pubkey: peer.toString() }))
  const bytes = new TextEncoder().encode(
    JSON.stringify({ description: '', contact: [], entities: [{ entity: 'cluster', nodes }] })
  )
  const record = await signOffline({ key, file: bytes, sequence, now, lifetime })
  return { name: ipnsNameOf(key.publicKey).text, bytes, record }
}

/** As a fetch brings it. */
export async function fetchedFile(
  { bytes, record }: SignedClusterFile,
  key: Ed25519PrivateKey
): Promise<FetchedTrustFile> {
  const { sequence, ttl } = await readRecord(ipnsNameOf(key.publicKey), record)
  return { file: parseTrustFile(bytes), bytes, cid: await rawCid(bytes), record, sequence, ttl, via: 'rpc' }
}
