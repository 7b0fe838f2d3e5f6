import { BinaryReader, WireType } from '@bufbuild/protobuf/wire'
import { isSupportedCodec, isSupportedHash } from '../cid-rules.ts'
import { MAX_ANSWERS, MAX_BLOCK_BYTES, MAX_WANTS, MAX_WIRE_CID_BYTES } from '../constants.ts'
import { BitswapMessageInvalidError } from '../errors.ts'

// https://specs.ipfs.tech/bitswap-protocol/#bitswap-1-2-0-wire-format
const WANTLIST = 1
const PAYLOAD = 3
const PRESENCES = 4
const WANTLIST_ENTRIES = 1
const ENTRY_CID = 1
const ENTRY_CANCEL = 3
const BLOCK_PREFIX = 1
const BLOCK_DATA = 2
const PRESENCE_CID = 1

/** Fields of a message or a wantlist, and of what is in them: the protocol knows five there. */
const MAX_FIELDS = MAX_WANTS + 2 * MAX_ANSWERS
const MAX_INNER_FIELDS = 16

/** The fields of a message as they came, sorted by who may send them. */
export interface BitswapMessageParts {
  readonly wants: readonly Uint8Array[]
  /** Wants that are no cancellations. */
  readonly wanted: number
  /** Blocks and presences. */
  readonly answers: readonly Uint8Array[]
}

interface Field {
  readonly number: number
  /** Tag and length included. */
  readonly whole: Uint8Array
  /** Empty for numbers. */
  readonly content: Uint8Array
  /** Zero for bytes. */
  readonly value: number
}

/**
 * Looks at a message without building it: the library that does so next has no
 * limits (`@helia/bitswap` 4.0.19 decodes millions of empty entries out of one
 * message). Unknown fields, and blocks with other hashes or codecs, are left out.
 *
 * @throws BitswapMessageInvalidError
 */
export function parseBitswapMessage(bytes: Uint8Array): BitswapMessageParts {
  const wants: Uint8Array[] = []
  const answers: Uint8Array[] = []
  const count = { entries: 0, wanted: 0, answers: 0 }
  for (const field of fields(bytes, MAX_FIELDS)) {
    if (field.number === WANTLIST) {
      countWants(field.content, count)
      wants.push(field.whole)
    } else if (field.number === PAYLOAD || field.number === PRESENCES) {
      count.answers++
      limit('blocks and presences', count.answers, MAX_ANSWERS)
      if (isUsable(field)) answers.push(field.whole)
    }
  }
  return { wants, wanted: count.wanted, answers }
}

function countWants(wantlist: Uint8Array, count: { entries: number; wanted: number }): void {
  for (const entry of fields(wantlist, MAX_FIELDS)) {
    if (entry.number !== WANTLIST_ENTRIES) continue
    count.entries++
    limit('wants', count.entries, MAX_WANTS)
    const parts = [...fields(entry.content, MAX_INNER_FIELDS)]
    checkCids(parts, ENTRY_CID)
    if (!parts.some(part => part.number === ENTRY_CANCEL && part.value !== 0)) count.wanted++
  }
}

function isUsable(field: Field): boolean {
  const parts = [...fields(field.content, MAX_INNER_FIELDS)]
  if (field.number === PAYLOAD) return isUsableBlock(parts)
  checkCids(parts, PRESENCE_CID)
  return true
}

function isUsableBlock(parts: readonly Field[]): boolean {
  const prefix = parts.findLast(part => part.number === BLOCK_PREFIX)?.content
  const data = parts.findLast(part => part.number === BLOCK_DATA)?.content
  if (prefix === undefined || (data?.byteLength ?? 0) > MAX_BLOCK_BYTES) return false
  const reader = new BinaryReader(prefix)
  const [, codec, hash, length] = guarded(() => [reader.uint32(), reader.uint32(), reader.uint32(), reader.uint32()])
  return codec !== undefined && hash !== undefined && isSupportedCodec(codec) && isSupportedHash(hash, length ?? 0)
}

function checkCids(parts: readonly Field[], number: number): void {
  const cids = parts.filter(part => part.number === number)
  if (cids.some(cid => cid.content.byteLength > MAX_WIRE_CID_BYTES)) {
    throw new BitswapMessageInvalidError('a bitswap message has a CID that is too long')
  }
}

function limit(what: string, count: number, max: number): void {
  if (count > max) throw new BitswapMessageInvalidError(`a bitswap message has more than ${max} ${what}`)
}

function* fields(bytes: Uint8Array, max: number): Generator<Field> {
  const reader = new BinaryReader(bytes)
  for (let count = 1; reader.pos < reader.len; count++) {
    limit('fields', count, max)
    yield guarded(() => nextField(reader, bytes))
  }
}

function nextField(reader: BinaryReader, bytes: Uint8Array): Field {
  const start = reader.pos
  const [number, type] = reader.tag()
  // groups nest, and no version of the protocol has any
  if (type === WireType.StartGroup || type === WireType.EndGroup) throw new TypeError('a group')
  let content: Uint8Array = new Uint8Array()
  let value = 0
  if (type === WireType.LengthDelimited) content = reader.bytes()
  else if (type === WireType.Varint) value = Number(reader.int64())
  else reader.skip(type, number)
  return { number, whole: bytes.subarray(start, reader.pos), content, value }
}

function guarded<T>(read: () => T): T {
  try {
    return read()
  } catch (cause) {
    throw new BitswapMessageInvalidError('a bitswap message is no protobuf', { cause })
  }
}
