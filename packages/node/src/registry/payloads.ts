import { create, toBinary } from '@bufbuild/protobuf'
import { CapabilitySchema, RelayAdvertSchema, RendezvousSchema } from '@waystone/wire/registry'
import { VERSION } from '../version.ts'
import type { Config } from '../config/schema.ts'

/** Addresses in one record (kinds.proto). */
const MAX_ADDRESSES = 16

type CapabilityConfig = Config['registry']['capabilities'][number]

export function capabilityPayload(capability: CapabilityConfig, addresses: readonly string[]): Uint8Array {
  const { name, version = '', numbers = {}, texts = {}, slots = 0 } = capability
  const fields = { name, version, numbers, texts, slots, addresses: addresses.slice(0, MAX_ADDRESSES) }
  return toBinary(CapabilitySchema, create(CapabilitySchema, fields))
}

export function rendezvousPayload(addresses: readonly string[]): Uint8Array {
  return toBinary(RendezvousSchema, create(RendezvousSchema, { addresses: addresses.slice(0, MAX_ADDRESSES) }))
}

export interface RelayState {
  addresses: readonly string[]
  reservations: number
}

export function relayPayload({ registry, relayService }: Config, state: RelayState): Uint8Array {
  const { circuitBytes, circuitDuration, maxReservations } = relayService
  return toBinary(
    RelayAdvertSchema,
    create(RelayAdvertSchema, {
      addresses: state.addresses.slice(0, MAX_ADDRESSES),
      region: registry.region ?? '',
      maxReservations,
      reservations: state.reservations,
      circuitBytes: circuitBytes === 'unlimited' ? 0n : BigInt(circuitBytes),
      circuitSeconds: circuitDuration === 'unlimited' ? 0 : Math.ceil(circuitDuration / 1_000),
      version: VERSION
    })
  )
}
