import { create, toBinary } from '@bufbuild/protobuf'
import { publicKeyToProtobuf } from '@libp2p/crypto/keys'
import { RecordSchema, recordSigningBytes, SignedRecordSchema } from '@waystone/wire/registry'
import type { AbortOptions, PrivateKey } from '@libp2p/interface'
import type { SignedRecord } from '@waystone/wire/registry'

/** What a peer says in a record; the peer is the one whose key signs it. */
export interface UnsignedRecord {
  kind: string
  /** Default empty. */
  key?: string | undefined
  /** Higher than that of the last record of this name; the time in milliseconds does. */
  sequence: number
  /** Milliseconds since the Unix epoch, at most an hour ahead. */
  expiry: number
  /** The message of the kind, encoded. Nothing if withdrawn. */
  payload?: Uint8Array | undefined
  withdrawn?: boolean | undefined
}

/** Whose id holds its key; for others the key travels along. */
const INLINE_KEYS: readonly string[] = ['Ed25519', 'secp256k1']

/** Signs a record as the peer of this key. Nothing of it is checked: whoever takes it does. */
export async function signRecord(
  privateKey: PrivateKey,
  unsigned: UnsignedRecord,
  options?: AbortOptions
): Promise<SignedRecord> {
  const { publicKey } = privateKey
  const { sequence, expiry, kind, key = '', payload = new Uint8Array(), withdrawn = false } = unsigned
  const named = { kind, key, peer: publicKey.toMultihash().bytes }
  const fields = { ...named, sequence: BigInt(sequence), expiry: BigInt(expiry), payload, withdrawn }
  const record = toBinary(RecordSchema, create(RecordSchema, fields))
  const signature = await privateKey.sign(recordSigningBytes(record), options)
  const inline = INLINE_KEYS.includes(publicKey.type)
  return create(SignedRecordSchema, {
    record,
    signature,
    publicKey: inline ? new Uint8Array() : publicKeyToProtobuf(publicKey)
  })
}
