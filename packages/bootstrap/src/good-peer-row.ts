import { peerIdFromString } from '@libp2p/peer-id'
import { multiaddr } from '@multiformats/multiaddr'
import { GOOD_PEER_AGE_MS, MAX_ADDRESS_LENGTH, MAX_ADDRESSES, MAX_ROW_BYTES } from './constants.ts'
import { networkOf } from './network.ts'
import type { PeerId } from '@libp2p/interface'
import type { GoodPeer } from './contract.ts'
import type { Network } from './network.ts'

/** A good peer as it is remembered. */
export interface GoodPeerRow extends GoodPeer {
  readonly peer: PeerId
  /** How often it was met. */
  readonly meetings: number
  /** Dials in vain since it was reached last. */
  readonly failures: number
  /** Whether it can be asked in the DHT. */
  readonly answers: boolean
  readonly networks: readonly Network[]
}

/** Of a row, what is stored; the rest follows from it. */
type StoredRow = Omit<GoodPeerRow, 'peer' | 'networks' | 'id'>

export function encodeRow({ addresses, reachedAt, meetings, failures, answers }: GoodPeerRow): Uint8Array {
  const stored: StoredRow = { addresses, reachedAt, meetings, failures, answers }
  return new TextEncoder().encode(JSON.stringify(stored))
}

/** Nothing for what cannot be read, or is too old. One from the future is kept: a machine may start with its clock behind. */
export function decodeRow(id: string, bytes: Uint8Array, now: number): GoodPeerRow | undefined {
  try {
    if (bytes.length > MAX_ROW_BYTES) return undefined
    const stored: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
    if (!isStored(stored) || !isRecent(stored.reachedAt, now)) return undefined
    const { addresses, reachedAt, meetings, failures, answers } = stored
    return { id, peer: peerIdFromString(id), addresses, reachedAt, meetings, failures, answers, ...placeOf(addresses) }
  } catch {
    return undefined
  }
}

/** @throws when an address cannot be read */
export function placeOf(addresses: readonly string[]): Pick<GoodPeerRow, 'networks'> {
  const networks = addresses.flatMap(text => networkOf(multiaddr(text)) ?? [])
  return { networks: [...new Map(networks.map(network => [network.ip, network])).values()] }
}

function isRecent(reachedAt: number, now: number): boolean {
  return now - reachedAt < GOOD_PEER_AGE_MS
}

function isStored(value: unknown): value is StoredRow {
  if (typeof value !== 'object' || value === null) return false
  const { addresses, reachedAt, meetings, failures, answers }: Partial<Record<keyof StoredRow, unknown>> = value
  return areAddresses(addresses) && [reachedAt, meetings, failures].every(isCount) && typeof answers === 'boolean'
}

function areAddresses(value: unknown): boolean {
  if (!Array.isArray(value) || value.length === 0 || value.length > MAX_ADDRESSES) return false
  return value.every(text => typeof text === 'string' && text.length <= MAX_ADDRESS_LENGTH)
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && Number(value) >= 0
}
