import { INSTANCE_ID_BYTES, instanceSigningBytes } from '@waystone/wire/seed'
import { HelloInvalidError } from './errors.ts'
import type { PrivateKey, PublicKey } from '@libp2p/interface'
import type { NodeInstance } from '@waystone/interface'
import type { SignedFields } from '@waystone/wire/seed'

/** One run of a node, as it says so itself. */
export interface SaidInstance extends SignedFields {
  signature: Uint8Array
}

/** @param now - milliseconds since the Unix epoch */
export async function signInstance(
  { id, startedAt, fence = 0n }: NodeInstance,
  privateKey: PrivateKey,
  now: number
): Promise<SaidInstance> {
  const fields = { id, startedAt: BigInt(Math.trunc(startedAt)), fence, saidAt: BigInt(Math.trunc(now)) }
  return { ...fields, signature: await privateKey.sign(instanceSigningBytes(fields)) }
}

/** Whether the holder of the key said it. */
export async function isSignedBy(said: SaidInstance, publicKey: PublicKey): Promise<boolean> {
  if (said.id.length !== INSTANCE_ID_BYTES) return false
  try {
    return await publicKey.verify(instanceSigningBytes(said), said.signature)
  } catch {
    // a signature of another length
    return false
  }
}

/** @throws HelloInvalidError */
export function requireInstance(said: SaidInstance | undefined): SaidInstance {
  if (said?.id.length === INSTANCE_ID_BYTES) return said
  throw new HelloInvalidError(`a Hello names no instance of ${INSTANCE_ID_BYTES} bytes`)
}

/** The id of an instance as a key of maps, and for people. Pure. */
export function instanceKey({ id }: Pick<SaidInstance, 'id'>): string {
  return Array.from(id, byte => byte.toString(16).padStart(2, '0')).join('')
}

/**
 * Which of two runs with one key has to end: the one whose lease has the lower fence, else the younger. Both sides
 * come to the same answer. Pure.
 */
export function hasToYield(one: Omit<SignedFields, 'saidAt'>, other: Omit<SignedFields, 'saidAt'>): boolean {
  if (one.fence !== other.fence) return one.fence < other.fence
  if (one.startedAt !== other.startedAt) return one.startedAt > other.startedAt
  return instanceKey(one) > instanceKey(other)
}
