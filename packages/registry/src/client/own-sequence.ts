import { fromBinary } from '@bufbuild/protobuf'
import { RecordSchema, recordSigningBytes } from '@waystone/wire/registry'
import type { PublicKey } from '@libp2p/interface'
import type { SignedRecord } from '@waystone/wire/registry'

interface OwnName {
  kind: string
  key: string
}

/**
 * The sequence of a record of this name that this node has signed, whenever that was: its times and payload do not
 * count. Nothing for any other: a registry cannot make up how far the sequence has come.
 */
export async function ownSequence(
  { record: bytes, signature }: Pick<SignedRecord, 'record' | 'signature'>,
  { kind, key }: OwnName,
  self: PublicKey
): Promise<number | undefined> {
  try {
    if (!(await self.verify(recordSigningBytes(bytes), signature))) return undefined
    const record = fromBinary(RecordSchema, bytes)
    return record.kind === kind && record.key === key ? Number(record.sequence) : undefined
  } catch {
    // bytes that are no signature, or no record
    return undefined
  }
}
