import { Code } from '@connectrpc/connect'
import { fromBinary } from '@bufbuild/protobuf'
import { nextTurn } from '@waystone/kit'
import { rpcError } from '@waystone/rpc'
import { DIGEST_PARTS, RegistrySyncService, SignedRecordSchema } from '@waystone/wire/registry'
import { HASH_BYTES, MAX_FETCH, NAME_BYTES, NAMES_MESSAGE_BYTES, RECORDS_MESSAGE_BYTES } from './constants.ts'
import { SyncRequestInvalidError } from './errors.ts'
import { packNames, splitHashes } from './names.ts'
import type { ServiceImpl } from '@connectrpc/connect'
import type { SignedRecord } from '@waystone/wire/registry'
import type { RegistryStore } from '../contract.ts'
import type { ListedName } from './names.ts'

type ComparedStore = Pick<RegistryStore, 'digests' | 'state' | 'names' | 'signed'>

const NAMES_A_MESSAGE = NAMES_MESSAGE_BYTES / NAME_BYTES
/** Records that are read at one time. */
const READ_BATCH = 128

/** Answers other registries that compare themselves with this one. */
export function syncHandlers(store: ComparedStore): ServiceImpl<typeof RegistrySyncService> {
  return {
    getDigest: () => ({ digests: store.digests(), records: BigInt(store.state().records) }),
    listRecords: ({ parts }) => listNames(store, checkParts(parts)),
    getRecords: ({ names }) => readRecords(store, checkHashes(names))
  }
}

async function* listNames(store: ComparedStore, parts: readonly number[]): AsyncGenerator<{ names: Uint8Array }> {
  let gathered: ListedName[] = []
  for (const part of parts) {
    gathered.push(...store.names(part))
    for (; gathered.length >= NAMES_A_MESSAGE; gathered = gathered.slice(NAMES_A_MESSAGE)) {
      yield { names: packNames(gathered.slice(0, NAMES_A_MESSAGE)) }
      await nextTurn()
    }
  }
  if (gathered.length > 0) yield { names: packNames(gathered) }
}

async function* readRecords(
  store: ComparedStore,
  hashes: readonly Uint8Array[]
): AsyncGenerator<{ records: SignedRecord[] }> {
  let records: SignedRecord[] = []
  let bytes = 0
  for (let start = 0; start < hashes.length; start += READ_BATCH) {
    for (const signed of store.signed(hashes.slice(start, start + READ_BATCH))) {
      records.push(fromBinary(SignedRecordSchema, signed))
      bytes += signed.length
      if (bytes < RECORDS_MESSAGE_BYTES) continue
      yield { records }
      records = []
      bytes = 0
    }
    await nextTurn()
  }
  if (records.length > 0) yield { records }
}

function checkParts(parts: readonly number[]): readonly number[] {
  const distinct = new Set(parts)
  if (parts.length > DIGEST_PARTS || distinct.size < parts.length || parts.some(part => part >= DIGEST_PARTS)) {
    throw invalid(`parts are different numbers from 0 to ${DIGEST_PARTS - 1}`)
  }
  return parts
}

function checkHashes(names: Uint8Array): Uint8Array[] {
  if (names.length % HASH_BYTES !== 0 || names.length > MAX_FETCH * HASH_BYTES) {
    throw invalid(`hashes of names have ${HASH_BYTES} bytes, and there are at most ${MAX_FETCH}`)
  }
  return splitHashes(names)
}

function invalid(message: string): Error {
  return rpcError(Code.InvalidArgument, new SyncRequestInvalidError(message))
}
