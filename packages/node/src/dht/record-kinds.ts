import { publicKeyFromProtobuf, publicKeyToProtobuf } from '@libp2p/crypto/keys'
import { WaystoneError } from '@waystone/interface'

/** A record of a kind that this DHT does not have, or that is not as its kind must be. */
export class DhtRecordRefusedError extends WaystoneError {
  static override readonly name = 'DhtRecordRefusedError'
}

export type DhtValidator = (key: Uint8Array, value: Uint8Array) => Promise<void>

/** Before the multihash in the key of a public key (https://github.com/libp2p/specs/tree/master/kad-dht). */
const PUBLIC_KEY_PREFIX = new TextEncoder().encode('/pk/')

/**
 * A validator for every kind of record that kad-dht (16.4.5) would take.
 *
 * It looks validators up in a plain object by the first part of the key, so
 * that `/constructor/…` and `/toString/…` find what every object inherits, and
 * anybody could store anything under them. Its own validator of public keys
 * takes any bytes that a key can be read from, also with others behind them.
 */
export function everyKind(validators: Readonly<Record<string, DhtValidator>>): Record<string, DhtValidator> {
  const inherited = Object.getOwnPropertyNames(Object.prototype)
  const refused = inherited.map(name => [name, refuse] as const)
  return Object.fromEntries([...refused, ['pk', validatePublicKey], ...Object.entries(validators)])
}

async function refuse(): Promise<void> {
  throw new DhtRecordRefusedError('no records of this kind are kept here')
}

/** @throws DhtRecordRefusedError - not the one way to write this key */
async function validatePublicKey(key: Uint8Array, value: Uint8Array): Promise<void> {
  const publicKey = publicKeyFromProtobuf(value)
  const id = publicKey.toMultihash().bytes
  if (!isEqual(key, new Uint8Array([...PUBLIC_KEY_PREFIX, ...id])))
    throw new DhtRecordRefusedError('a public key under the name of another peer')
  if (!isEqual(value, publicKeyToProtobuf(publicKey)))
    throw new DhtRecordRefusedError('a public key with something else besides')
}

function isEqual(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, index) => byte === other[index])
}
