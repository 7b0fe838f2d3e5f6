import { BinaryWriter } from '@bufbuild/protobuf/wire'
import { identify } from '@libp2p/identify'
import { noise } from '@libp2p/noise'
import { tcp } from '@libp2p/tcp'
import { yamux } from '@libp2p/yamux'
import { framed } from '@waystone/kit'
import { createLibp2p } from 'libp2p'
import { CID } from 'multiformats/cid'
import { sha256 } from 'multiformats/hashes/sha2'
import { BITSWAP_PROTOCOL } from '../src/index.ts'
import { endLater, introduce } from './nodes.ts'
import type { Libp2p, Stream } from '@libp2p/interface'

/** A libp2p node that speaks whatever the test says. */
export async function rawPeer(): Promise<Libp2p> {
  const node = await createLibp2p({
    addresses: { listen: ['/ip4/127.0.0.1/tcp/0'] },
    transports: [tcp()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    services: { identify: identify() }
  })
  return endLater(node)
}

/** A bitswap stream from the raw peer to the node. */
export async function streamTo(peer: Libp2p, node: Libp2p): Promise<Stream> {
  await introduce(peer, node)
  return await peer.dialProtocol(node.peerId, BITSWAP_PROTOCOL)
}

/** Sends messages on one stream, and closes it. */
export async function sendMessages(peer: Libp2p, node: Libp2p, ...messages: Uint8Array[]): Promise<Stream> {
  const stream = await streamTo(peer, node)
  const frames = framed(stream, { maxLength: 64 * 1024 * 1024 })
  for (const message of messages) await frames.write(message)
  await stream.close()
  return stream
}

/** Answers each message that a peer sends with messages on a stream of its own, as bitswap does. */
export async function answerWith(peer: Libp2p, ...messages: Uint8Array[]): Promise<{ asked: number }> {
  const seen = { asked: 0 }
  await peer.handle(BITSWAP_PROTOCOL, async (stream, connection) => {
    await framed(stream, { maxLength: 4 * 1024 * 1024 }).read()
    seen.asked++
    const answer = await connection.newStream(BITSWAP_PROTOCOL)
    for (const message of messages) await framed(answer, { maxLength: 64 * 1024 * 1024 }).write(message)
    await answer.close()
  })
  return seen
}

export async function rawCidOf(bytes: Uint8Array): Promise<CID> {
  return CID.createV1(0x55, await sha256.digest(bytes))
}

const SHA256_RAW = Uint8Array.from([1, 0x55, 0x12, 32])

export function blockMessage(data: Uint8Array, prefix: Uint8Array = SHA256_RAW): Uint8Array {
  return new BinaryWriter().uint32(26).fork().uint32(10).bytes(prefix).uint32(18).bytes(data).join().finish()
}

export function wantMessage(...cids: Uint8Array[]): Uint8Array {
  const writer = new BinaryWriter().uint32(10).fork()
  for (const cid of cids) writer.uint32(10).fork().uint32(10).bytes(cid).uint32(40).bool(true).join()
  return writer.join().finish()
}

export function presenceMessage(have: boolean, ...cids: Uint8Array[]): Uint8Array {
  const writer = new BinaryWriter()
  for (const cid of cids) {
    writer.uint32(34).fork().uint32(10).bytes(cid)
    if (!have) writer.uint32(16).uint32(1)
    writer.join()
  }
  return writer.finish()
}
