import { INSTANCE_ID_BYTES, instanceSigningBytes } from '@waystone/wire/seed'
import { HelloInvalidError } from './errors.ts'
import type { PrivateKey, PublicKey } from '@libp2p/interface'
import type { NodeInstance } from '@waystone/interface'
import type { SignedFields } from '@waystone/wire/seed'

/** One run of a node, as it says so itself. */
export interface SaidInstance extends SignedFields {
  signature: Uint8Array
}

export interface Saying {
  /** Milliseconds since the Unix epoch. */
  now: number
  /** The id of another run with this key that this one was told of. */
  seen?: Uint8Array | undefined
}

export async function signInstance(
  { id, startedAt, fence = 0n, keeper = 0n }: NodeInstance,
  privateKey: PrivateKey,
  { now, seen = new Uint8Array() }: Saying
): Promise<SaidInstance> {
  const times = { startedAt: BigInt(Math.trunc(startedAt)), saidAt: BigInt(Math.trunc(now)) }
  const fields = { id, ...times, fence, keeper, seen }
  return { ...fields, signature: await privateKey.sign(instanceSigningBytes(fields)) }
}

/** Whether the holder of the key said it. */
export async function isSignedBy(said: SaidInstance, publicKey: PublicKey): Promise<boolean> {
  if (!isWhole(said)) return false
  try {
    return await publicKey.verify(instanceSigningBytes(said), said.signature)
  } catch {
    // a signature of another length
    return false
  }
}

/** @throws HelloInvalidError */
export function requireInstance(said: SaidInstance | undefined): SaidInstance {
  if (said !== undefined && isWhole(said)) return said
  throw new HelloInvalidError(`a Hello names no instance of ${INSTANCE_ID_BYTES} bytes`)
}

/** Whatever has other lengths could be signed as something else, or is to fill memory. */
function isWhole({ id, seen = new Uint8Array() }: SaidInstance): boolean {
  return id.length === INSTANCE_ID_BYTES && (seen.length === 0 || seen.length === INSTANCE_ID_BYTES)
}

/** The id of an instance as a key of maps, and for people. Pure. */
export function instanceKey({ id }: Pick<SaidInstance, 'id'>): string {
  return Array.from(id, byte => byte.toString(16).padStart(2, '0')).join('')
}

/** What of a run decides whether it has to end. */
export type Run = Omit<SignedFields, 'saidAt' | 'seen'>

/**
 * Which of two runs with one key has to end: the one without a lease, or whose lease has the lower fence, else the
 * younger. Both sides come to the same answer. Pure.
 */
export function hasToYield(one: Run, other: Run): boolean {
  if (one.fence !== other.fence && areComparable(one, other)) return one.fence < other.fence
  if (one.startedAt !== other.startedAt) return one.startedAt > other.startedAt
  return instanceKey(one) > instanceKey(other)
}

/** Each folder or database of leases counts by itself: a wrong one that counted further must not put out who is right. */
function areComparable(one: Run, other: Run): boolean {
  return one.keeper === other.keeper || one.fence === 0n || other.fence === 0n
}
