import { peerIdFromMultihash, peerIdFromPublicKey, peerIdFromString } from '@libp2p/peer-id'
import { base36 } from 'multiformats/bases/base36'
import * as Digest from 'multiformats/hashes/digest'
import { IpnsNameInvalidError } from './errors.ts'
import type { PeerId, PublicKey } from '@libp2p/interface'

/** Code of the multicodec table (https://github.com/multiformats/multicodec). */
const LIBP2P_KEY = 0x72
const PREFIX = new TextEncoder().encode('/ipns/')
/** Longer than any multihash of a key, in bytes and in characters of any base. */
const MAX_LENGTH = 128

/** A name in all the forms in which it is used. */
export interface IpnsName {
  /** The libp2p-key CID in base36, `k51…`. */
  readonly text: string
  /** The multihash of the public key. */
  readonly multihash: Uint8Array
  /** The key under which routing systems keep the record (https://specs.ipfs.tech/ipns/ipns-record/#routing-record). */
  readonly routingKey: Uint8Array
}

/**
 * Reads a name in any of its text forms: a CID in any base, or a peer id.
 *
 * @throws IpnsNameInvalidError
 */
export function parseIpnsName(text: string): IpnsName {
  const name = text.startsWith('/ipns/') ? text.slice('/ipns/'.length) : text
  return named(() => {
    if (name.length > MAX_LENGTH) throw new RangeError('too long')
    return peerIdFromString(name)
  }, name)
}

/** @throws IpnsNameInvalidError */
export function ipnsNameFromMultihash(bytes: Uint8Array): IpnsName {
  return named(() => {
    if (bytes.length > MAX_LENGTH) throw new RangeError('too long')
    return peerIdFromMultihash(Digest.decode(bytes))
  }, 'the multihash')
}

/** @throws IpnsNameInvalidError - a routing key without `/ipns/` in front, or without a multihash after it */
export function ipnsNameFromRoutingKey(key: Uint8Array): IpnsName {
  return ipnsNameFromMultihash(key.subarray(PREFIX.length))
}

/** The name that belongs to a key. */
export function ipnsNameOf(publicKey: PublicKey): IpnsName {
  return nameOfPeer(peerIdFromPublicKey(publicKey))
}

function named(read: () => PeerId, what: string): IpnsName {
  try {
    const peer = read()
    // a peer id may also be a URL
    if (peer.toCID().code !== LIBP2P_KEY) throw new TypeError('not a public key')
    return nameOfPeer(peer)
  } catch (cause) {
    throw new IpnsNameInvalidError(`${what.slice(0, MAX_LENGTH)} is no IPNS name`, {
      hint: 'a name is the CID of a public key, such as k51qzi5uqu5d…',
      cause
    })
  }
}

function nameOfPeer(peer: PeerId): IpnsName {
  const multihash = peer.toMultihash().bytes
  const routingKey = new Uint8Array(PREFIX.length + multihash.length)
  routingKey.set(PREFIX)
  routingKey.set(multihash, PREFIX.length)
  return { text: peer.toCID().toString(base36), multihash, routingKey }
}
