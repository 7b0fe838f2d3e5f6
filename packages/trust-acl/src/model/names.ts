import { peerIdFromMultihash, peerIdFromString } from '@libp2p/peer-id'
import { base36 } from 'multiformats/bases/base36'
import { CID } from 'multiformats/cid'
import { PubkeyInvalidError } from '../database/errors.ts'
import type { PeerId } from '@libp2p/interface'

const LIBP2P_KEY_CODE = 0x72
/** An RSA key of 8,192 bits would fit; nobody has one. */
const MAX_NAME_LENGTH = 128

/**
 * Reads a public key in any of its usual text forms: a peer id (`12D3Koo…`,
 * `Qm…`), a libp2p-key CID (`k51…`, `bafz…`), also behind `/ipns/`, `ipns://` or
 * `/p2p/`.
 *
 * @throws PubkeyInvalidError
 */
export function readPublicKey(text: string): PeerId {
  const bare = text.trim().replace(/^(\/ipns\/|ipns:\/\/|\/p2p\/|\/ipfs\/(?=1|Qm))/, '')
  try {
    if (bare.length > MAX_NAME_LENGTH) throw new RangeError('it is too long')
    const peer = /^[1Q]/.test(bare) ? peerIdFromString(bare) : fromCid(CID.parse(bare))
    if (peer.type !== 'Ed25519' && peer.type !== 'secp256k1' && peer.type !== 'RSA') {
      throw new TypeError(`keys of the type ${peer.type} are not supported`)
    }
    return peer
  } catch (cause) {
    throw new PubkeyInvalidError(text, cause)
  }
}

function fromCid(cid: CID): PeerId {
  if (cid.code !== LIBP2P_KEY_CODE) throw new TypeError('it is the CID of content, not of a key')
  return peerIdFromMultihash(cid.multihash)
}

/** The IPNS name of a key: its libp2p-key CID in base36. */
export function ipnsNameOf(peer: PeerId): string {
  return peer.toCID().toString(base36)
}

/** Whether a text is written as peer ids usually are, and IPNS names rarely. */
export function looksLikePeerId(text: string): boolean {
  return /^(\/p2p\/)?[1Q]/.test(text.trim())
}

/**
 * A public key in the form in which the database has it.
 *
 * @throws PubkeyInvalidError
 */
export function normalPubkey(text: string, kind: 'file' | 'peer'): string {
  const key = readPublicKey(text)
  return kind === 'peer' ? key.toString() : ipnsNameOf(key)
}
