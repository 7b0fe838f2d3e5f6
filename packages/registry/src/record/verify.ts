import { fromBinary } from '@bufbuild/protobuf'
import { RecordSchema, recordSigningBytes, SignedRecordSchema } from '@waystone/wire/registry'
import { encodeBytesFields } from './bytes-fields.ts'
import { checkExpiry, checkForm, checkSequence, checkSize } from './check.ts'
import { RecordInvalidError, RecordSignatureError, UnknownKindError } from './errors.ts'
import { nameHash } from './name-hash.ts'
import { peerText } from './peer-text.ts'
import { CheckedRecord } from './verified.ts'
import type { Clock } from '@waystone/interface'
import type { Record as WireRecord, SignedRecord } from '@waystone/wire/registry'
import type { VerifiedRecord } from '../contract.ts'
import type { KindSet, RegistryKind } from '../kinds/contract.ts'
import type { Sha256 } from './name-hash.ts'
import type { SignatureCheck } from './signature.ts'

export interface VerifierInit {
  kinds: KindSet
  clock: Clock
  /** In Node `checkSignatureInThreads`, elsewhere `checkSignature`. */
  check: SignatureCheck
  /** In Node `sha256InNode`. Default: one that works everywhere. */
  sha256?: Sha256 | undefined
}

/**
 * Checks a signed record: form, kind, times, payload, and last, as it costs most, the signature.
 *
 * @throws RecordInvalidError, RecordTooLargeError, RecordSequenceError, RecordExpiryError, UnknownKindError, RecordPayloadError, RecordSignatureError
 */
export type Verify = (signed: SignedRecord, judge?: Judge) => Promise<VerifiedRecord>

/** Looks at a record before its signature is checked, which costs most; throws what speaks against it. */
export type Judge = (record: VerifiedRecord) => void

export function createVerify({ kinds, clock, check, sha256 }: VerifierInit): Verify {
  return async (signed, judge) => {
    const checked = checkRecord(signed, { kinds, now: clock.now(), sha256 })
    judge?.(checked.record)
    const { record, signature, publicKey } = signed
    const claim = { peer: checked.peerBytes, publicKey, signature, message: recordSigningBytes(record) }
    if (await check(claim)) return checked.record
    throw new RecordSignatureError(`the record is not signed by ${checked.record.id}, the peer that it names`)
  }
}

/**
 * Bytes of a `SignedRecord`, such as others send over pubsub.
 *
 * @throws RecordInvalidError, RecordTooLargeError
 */
export function decodeSigned(bytes: Uint8Array): SignedRecord {
  checkSize(bytes)
  return decoded(() => fromBinary(SignedRecordSchema, bytes))
}

interface Checked {
  peerBytes: Uint8Array
  record: VerifiedRecord
}

interface CheckParts extends Pick<VerifierInit, 'kinds' | 'sha256'> {
  now: number
}

function checkRecord(signed: SignedRecord, { kinds, now, sha256 }: CheckParts): Checked {
  checkSize(signed.record)
  const wire = decoded(() => fromBinary(RecordSchema, signed.record))
  const { kind, peer, key, payload, withdrawn } = wire
  const kindOf = kindNamed(kinds, kind)
  checkForm(wire)
  const times = { sequence: checkSequence(wire.sequence), expiry: checkExpiry(wire.expiry, now) }
  const id = peerText(peer)
  const values = withdrawn ? {} : readValues(kindOf, wire, id)
  const encoded = encodeSigned(signed, peer)
  const named = { kind, id, key, hash: nameHash({ kind, peer, key }, sha256) }
  return {
    peerBytes: peer,
    record: new CheckedRecord({ ...named, ...times, payload, withdrawn, values, signed: encoded })
  }
}

/** Begins a multihash that is what it stands for. */
const IDENTITY_HASH = 0x00

/** Without what nobody signed: the same record has the same bytes everywhere. */
function encodeSigned({ record, signature, publicKey }: SignedRecord, peer: Uint8Array): Uint8Array {
  if (publicKey.length > 0 && peer[0] === IDENTITY_HASH) {
    throw new RecordInvalidError('a key comes along, and the peer id holds it already')
  }
  const encoded = encodeBytesFields([record, signature, publicKey])
  checkSize(encoded)
  return encoded
}

function readValues(kind: RegistryKind, { payload, key }: WireRecord, peer: string): VerifiedRecord['values'] {
  return kind.read(payload, { key, peer })
}

/** @throws UnknownKindError */
export function kindNamed(kinds: KindSet, name: string): RegistryKind {
  const kind = kinds.get(name)
  if (kind !== undefined) return kind
  throw new UnknownKindError(`there is no kind ${JSON.stringify(name.slice(0, 64))} here`, {
    hint: `kinds here: ${[...kinds.keys()].join(', ')}`
  })
}

function decoded<T>(decode: () => T): T {
  try {
    return decode()
  } catch (cause) {
    throw new RecordInvalidError('the bytes are no record', { cause })
  }
}
