import { fromBinary } from '@bufbuild/protobuf'
import { peerIdFromMultihash } from '@libp2p/peer-id'
import { messageOf } from '@waystone/kit/error-fields'
import { CapabilitySchema, RecordSchema, RelayAdvertSchema, RendezvousSchema } from '@waystone/wire/registry'
import * as Digest from 'multiformats/hashes/digest'
import { plainMessage } from '../api/plain-message.ts'
import { oneLine } from '../text-table.ts'
import { formatDistance } from '../trust/times.ts'
import type { DescMessage } from '@bufbuild/protobuf'
import type { RecordName, SignedRecord } from '@waystone/wire/registry'

/** What the payload of a kind is. Those of plugins are shown as bytes. */
const PAYLOADS = new Map<string, DescMessage>([
  ['relay-advert', RelayAdvertSchema],
  ['capability', CapabilitySchema],
  ['rendezvous', RendezvousSchema]
])

/** A record as programs get it. The node that gave it has checked its signature. */
export interface ShownRecord {
  kind: string
  /** Peer id in base58. */
  peer: string
  key: string
  sequence: number
  /** Milliseconds since the Unix epoch. */
  expiry: number
  withdrawn: boolean
  /** The fields of its kind, or its bytes in hex. */
  payload: Record<string, unknown> | string
}

export function shownRecord({ record: bytes }: SignedRecord): ShownRecord {
  const { kind, peer, key, sequence, expiry, withdrawn, payload } = fromBinary(RecordSchema, bytes)
  const [number, end] = [Number(sequence), Number(expiry)]
  return {
    kind,
    peer: peerText(peer),
    key,
    sequence: number,
    expiry: end,
    withdrawn,
    payload: readPayload(kind, payload)
  }
}

/** One line of who says it, then one for each field that says something. @param now - milliseconds since the Unix epoch */
export function recordLines(record: ShownRecord, now: number): string[] {
  const { kind, peer, key, sequence, expiry, payload } = record
  const name = [kind, peer, ...(key === '' ? [] : [key])].join('  ')
  const head = `${name}  sequence ${sequence}, expires ${formatDistance(expiry, now)}`
  const fields = typeof payload === 'string' ? [['bytes', payload]] : Object.entries(payload).filter(says)
  return [head, ...fields.map(([field, value]) => `  ${field}: ${fieldText(value)}`)].map(oneLine)
}

export function nameObject({ kind, peer, key }: RecordName): { kind: string; peer: string; key: string } {
  return { kind, peer: peerText(peer), key }
}

function readPayload(kind: string, payload: Uint8Array): ShownRecord['payload'] {
  const schema = PAYLOADS.get(kind)
  if (schema === undefined) return Buffer.from(payload).toString('hex')
  try {
    return plainMessage(schema, fromBinary(schema, payload))
  } catch (error) {
    return { unreadable: messageOf(error) }
  }
}

function peerText(multihash: Uint8Array): string {
  try {
    return peerIdFromMultihash(Digest.decode(multihash)).toString()
  } catch {
    return Buffer.from(multihash).toString('hex')
  }
}

/** Fields that were left out say nothing. */
function says([, value]: [string, unknown]): boolean {
  if (Array.isArray(value)) return value.length > 0
  if (typeof value === 'object' && value !== null) return Object.keys(value).length > 0
  return value !== '' && value !== 0 && value !== false
}

function fieldText(value: unknown): string {
  if (Array.isArray(value)) return value.map(String).join(' ')
  if (typeof value !== 'object' || value === null) return String(value)
  return Object.entries(value)
    .map(([name, each]) => `${name}=${String(each)}`)
    .join(' ')
}
