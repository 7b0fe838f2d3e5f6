import { peerIdFromCID, peerIdFromString } from '@libp2p/peer-id'
import { base32 } from 'multiformats/bases/base32'
import { base36 } from 'multiformats/bases/base36'
import { base58btc } from 'multiformats/bases/base58'
import { CID } from 'multiformats/cid'
import type { PeerId } from '@libp2p/interface'

/** Bytes of a SHA-256, which ids of RSA keys are. */
const SHA256_LENGTH = 32
const KEY_TYPES: readonly string[] = ['Ed25519', 'secp256k1', 'RSA']
const ANY_BASE = base32.decoder.or(base36.decoder).or(base58btc.decoder)
/** Identity multihash of a protobuf of type Ed25519; the 32 bytes of the key follow. */
const ED25519_PREFIX = [0x00, 0x24, 0x08, 0x01, 0x12, 0x20]
const FIRST_ED25519 = ed25519Id(0x00)
const LAST_ED25519 = ed25519Id(0xff)
const ED25519_TEXT = /^[1-9A-HJ-NP-Za-km-z]{52}$/

/**
 * A peer id in its base58 form, from any usual text form: base58 (`12D3Koo…`,
 * `16Uiu2…`, `Qm…`) or a libp2p-key CID in base58, base36 or base32.
 *
 * @throws when it is none
 */
export function normalisePubkey(text: string): string {
  if (isEd25519(text)) return text
  const peer = parsePeerId(text)
  if (!KEY_TYPES.includes(peer.type)) throw new Error(`keys of type ${peer.type} have no peer`)
  if (peer.type === 'RSA' && peer.toMultihash().digest.length !== SHA256_LENGTH)
    throw new Error('its hash is too short')
  return peer.toString()
}

function parsePeerId(text: string): PeerId {
  return /^[1Q]/.test(text) ? peerIdFromString(text) : peerIdFromCID(CID.parse(text, ANY_BASE))
}

/**
 * Most ids are of this kind, and decoding is slow. The digits of base58 are in
 * the order of ASCII, so that texts of one length compare as their numbers do.
 */
function isEd25519(text: string): boolean {
  return text >= FIRST_ED25519 && text <= LAST_ED25519 && ED25519_TEXT.test(text)
}

function ed25519Id(filledWith: number): string {
  const key = new Uint8Array(32).fill(filledWith)
  return base58btc.baseEncode(Uint8Array.of(...ED25519_PREFIX, ...key))
}
