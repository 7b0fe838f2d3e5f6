import { create, toBinary } from '@bufbuild/protobuf'
import { CapabilitySchema, MAX_PAYLOAD_BYTES, RelayAdvertSchema, RendezvousSchema } from '@waystone/wire/registry'
import { VERSION } from '../version.ts'
import type { Config } from '../config/schema.ts'

/** Addresses in one record (kinds.proto), and characters of each that registries take. */
const MAX_ADDRESSES = 16
const MAX_ADDRESS_LENGTH = 512

type CapabilityConfig = Config['registry']['capabilities'][number]

export function capabilityPayload(capability: CapabilityConfig, all: readonly string[]): Uint8Array {
  const { name, version = '', numbers = {}, texts = {}, slots = 0 } = capability
  const fields = { name, version, numbers, texts, slots }
  return fitting(all, addresses => toBinary(CapabilitySchema, create(CapabilitySchema, { ...fields, addresses })))
}

export function rendezvousPayload(all: readonly string[]): Uint8Array {
  return fitting(all, addresses => toBinary(RendezvousSchema, create(RendezvousSchema, { addresses })))
}

export interface RelayState {
  addresses: readonly string[]
  reservations: number
}

export function relayPayload(
  { registry, relayService }: Config,
  { addresses: all, reservations }: RelayState
): Uint8Array {
  const { circuitBytes, circuitDuration, maxReservations } = relayService
  const fields = {
    region: registry.region ?? '',
    maxReservations,
    reservations,
    circuitBytes: circuitBytes === 'unlimited' ? 0n : BigInt(circuitBytes),
    circuitSeconds: circuitDuration === 'unlimited' ? 0 : Math.ceil(circuitDuration / 1_000),
    version: VERSION
  }
  return fitting(all, addresses => toBinary(RelayAdvertSchema, create(RelayAdvertSchema, { ...fields, addresses })))
}

/** With the first addresses, as many as a record has room for. */
function fitting(all: readonly string[], encode: (addresses: string[]) => Uint8Array): Uint8Array {
  const usable = all.filter(({ length }) => length <= MAX_ADDRESS_LENGTH)
  for (let count = Math.min(usable.length, MAX_ADDRESSES); ; count--) {
    const payload = encode(usable.slice(0, count))
    if (payload.length <= MAX_PAYLOAD_BYTES || count === 0) return payload
  }
}
