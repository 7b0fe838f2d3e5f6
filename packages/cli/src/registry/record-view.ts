import { fromBinary } from '@bufbuild/protobuf'
import { peerIdFromMultihash } from '@libp2p/peer-id'
import { messageOf } from '@waystone/kit/error-fields'
import { kindSet } from '@waystone/registry/kinds'
import { CapabilitySchema, RecordSchema, RelayAdvertSchema, RendezvousSchema } from '@waystone/wire/registry'
import * as Digest from 'multiformats/hashes/digest'
import { plainMessage } from '../api/plain-message.ts'
import { oneLine } from '../text-table.ts'
import { formatDistance } from '../trust/times.ts'
import type { DescMessage } from '@bufbuild/protobuf'
import type { RecordValues } from '@waystone/registry/kinds'
import type { RecordName, SignedRecord } from '@waystone/wire/registry'

/** What filters see of payloads. */
const KINDS = kindSet()

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
  /** What filters see of it, by the names that they take; of kinds of plugins nothing. */
  fields: RecordValues
  /** The message of its kind, or its bytes in hex. */
  payload: Record<string, unknown> | string
}

export function shownRecord({ record: bytes }: SignedRecord): ShownRecord {
  const { kind, peer, key, sequence, expiry, withdrawn, payload } = fromBinary(RecordSchema, bytes)
  const [number, end, id] = [Number(sequence), Number(expiry), peerText(peer)]
  const fields = withdrawn ? {} : readFields(kind, payload, { key, peer: id })
  return { kind, peer: id, key, sequence: number, expiry: end, withdrawn, fields, payload: readPayload(kind, payload) }
}

/**
 * One line of who says it, one for each thing that no filter can ask for, then one for each field, by the name that
 * filters take. Empty texts and lists are left out. @param now - milliseconds since the Unix epoch
 */
export function recordLines(record: ShownRecord, now: number): string[] {
  const { kind, peer, key, sequence, expiry, fields } = record
  const name = [kind, peer, ...(key === '' ? [] : [key])].join('  ')
  const head = `${name}  sequence ${sequence}, expires ${formatDistance(expiry, now)}`
  const rows = [...beyondFields(record), ...Object.entries(fields)].filter(says)
  return [head, ...rows.map(([field, value]) => `  ${field}: ${fieldText(value)}`)].map(oneLine)
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

/** Nothing of what no filter could ask for: of kinds that are not known here, and of payloads that cannot be read. */
function readFields(kind: string, payload: Uint8Array, owner: { key: string; peer: string }): RecordValues {
  try {
    return KINDS.get(kind)?.read(payload, owner) ?? {}
  } catch {
    return {}
  }
}

/** What a payload says besides its fields, such as its addresses. */
function beyondFields({ kind, withdrawn, payload }: ShownRecord): [string, unknown][] {
  if (withdrawn) return [['withdrawn', true]]
  if (typeof payload === 'string') return [['bytes', payload]]
  const { fields = [], groups = [] } = KINDS.get(kind) ?? {}
  const asked = new Set([...fields, ...groups].map(({ name }) => name))
  return Object.entries(payload).filter(([name]) => !asked.has(filterName(name)))
}

/** `maxReservations` is `max-reservations` in filters. */
function filterName(name: string): string {
  return name.replaceAll(/[A-Z]/g, letter => `-${letter.toLowerCase()}`)
}

function peerText(multihash: Uint8Array): string {
  try {
    return peerIdFromMultihash(Digest.decode(multihash)).toString()
  } catch {
    return Buffer.from(multihash).toString('hex')
  }
}

/** A number or flag does, also 0 and false: filters ask for them. */
function says([, value]: [string, unknown]): boolean {
  return Array.isArray(value) ? value.length > 0 : value !== ''
}

function fieldText(value: unknown): string {
  return Array.isArray(value) ? value.map(String).join(' ') : String(value)
}
