import { publicKeyToProtobuf } from '@libp2p/crypto/keys'
import { DEFAULT_LIFETIME_MS, DEFAULT_TTL_MS, MAX_FILE_BYTES } from './constants.ts'
import { IpnsFileTooLargeError } from './errors.ts'
import { loadIpns } from './library.ts'
import { rawCid } from './raw-block.ts'
import type { PrivateKey } from '@libp2p/interface'

export interface SignRecordInit {
  key: PrivateKey
  /** What the record points to, such as `/ipfs/bafy…`. */
  value: string
  sequence: bigint
  /** How long the record is valid, in milliseconds. Default 30 days. */
  lifetime?: number | undefined
  /** How long others may use it without asking again, in milliseconds. Default 24 h. */
  ttl?: number | undefined
  /** Milliseconds since the Unix epoch. */
  now: number
}

/** A record of version 2. It carries its public key, so that it says by itself of which name it is. */
export async function signRecord(init: SignRecordInit): Promise<Uint8Array> {
  const { key, value, sequence, now, lifetime = DEFAULT_LIFETIME_MS, ttl = DEFAULT_TTL_MS } = init
  const { createIPNSRecordWithExpiration, marshalIPNSRecord } = await loadIpns()
  const expiration = new Date(now + lifetime).toISOString()
  const options = { ttlNs: BigInt(Math.trunc(ttl)) * 1_000_000n, v1Compatible: false } as const
  const record = await createIPNSRecordWithExpiration(key, value, sequence, expiration, options)
  return marshalIPNSRecord({ ...record, pubKey: publicKeyToProtobuf(key.publicKey) })
}

export interface SignOfflineInit extends Omit<SignRecordInit, 'value'> {
  /** The trust file, at most 1 MiB. */
  file: Uint8Array
}

/**
 * Signs a record for a file without a node and without a network: any node can
 * publish both later. The caller has to know the last sequence.
 *
 * @throws IpnsFileTooLargeError
 */
export async function signOffline({ file, ...init }: SignOfflineInit): Promise<Uint8Array> {
  requireFileSize(file)
  return await signRecord({ ...init, value: `/ipfs/${(await rawCid(file)).toString()}` })
}

/** @throws IpnsFileTooLargeError */
export function requireFileSize({ length }: Uint8Array): void {
  if (length <= MAX_FILE_BYTES) return
  throw new IpnsFileTooLargeError(`a trust file of ${length} bytes is over the limit of ${MAX_FILE_BYTES}`)
}
