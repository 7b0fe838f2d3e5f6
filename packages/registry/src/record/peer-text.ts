import { base58btc } from 'multiformats/bases/base58'
import { RecordInvalidError } from './errors.ts'

/** An id of RSA has 34 bytes, of Ed25519 38; an identity hash of more than 42 is no peer id. */
const PEER_BYTES = { least: 34, most: 44 }

/**
 * The peer's id in base58. Bytes from outside are measured first: the time that base58 takes grows with their square.
 *
 * @throws RecordInvalidError
 */
export function peerText(peer: Uint8Array): string {
  const { least, most } = PEER_BYTES
  if (peer.length >= least && peer.length <= most) return base58btc.baseEncode(peer)
  throw new RecordInvalidError('the record names no peer')
}
