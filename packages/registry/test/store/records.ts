import { create, toBinary } from '@bufbuild/protobuf'
import { generateKeyPair } from '@libp2p/crypto/keys'
import { ManualClock } from '@waystone/kit/testing'
import { CapabilitySchema, RelayAdvertSchema, RendezvousSchema, RECORD_LIFETIME_MS } from '@waystone/wire/registry'
import { checkSignatureInThreads, createVerify, kindSet, signRecord, SqlRegistryStore } from '../../src/index.ts'
import type { MessageInitShape } from '@bufbuild/protobuf'
import type { PrivateKey } from '@libp2p/interface'
import type { RegistryLimits, UnsignedRecord, VerifiedRecord } from '../../src/index.ts'

export const LIMITS: RegistryLimits = {
  maxRecords: 10_000,
  maxBytes: 10_000_000,
  maxRecordsPerPeer: 64,
  maxRecordsPerNetwork: 256
}

/** A store in memory on a clock that stands still, and records that it takes. */
export class Bench implements Disposable {
  readonly clock = new ManualClock()
  readonly kinds = kindSet()
  readonly faults: unknown[] = []
  readonly store: SqlRegistryStore
  readonly verify = createVerify({ kinds: this.kinds, clock: this.clock, check: checkSignatureInThreads })

  constructor({
    path = ':memory:',
    limits = {},
    maxFileBytes
  }: { path?: string; limits?: Partial<RegistryLimits>; maxFileBytes?: number } = {}) {
    this.store = new SqlRegistryStore({
      path,
      kinds: this.kinds,
      limits: { ...LIMITS, ...limits },
      clock: this.clock,
      onFault: error => this.faults.push(error),
      ...(maxFileBytes !== undefined && { maxFileBytes })
    })
    this.store.open()
  }

  [Symbol.dispose](): void {
    this.store.close()
  }

  async record(key: PrivateKey, unsigned: Partial<UnsignedRecord> = {}): Promise<VerifiedRecord> {
    const expiry = this.clock.now() + RECORD_LIFETIME_MS
    const kind = unsigned.kind ?? 'relay-advert'
    const payload = unsigned.withdrawn === true ? new Uint8Array() : (unsigned.payload ?? relay())
    return await this.verify(await signRecord(key, { sequence: 1, expiry, ...unsigned, kind, payload }))
  }
}

export async function newKey(): Promise<PrivateKey> {
  return await generateKeyPair('Ed25519')
}

export function relay(advert: MessageInitShape<typeof RelayAdvertSchema> = {}): Uint8Array {
  return toBinary(RelayAdvertSchema, create(RelayAdvertSchema, { region: 'eu', maxReservations: 100, ...advert }))
}

export function capable(capability: MessageInitShape<typeof CapabilitySchema>): Uint8Array {
  return toBinary(CapabilitySchema, create(CapabilitySchema, capability))
}

export function meeting(rendezvous: MessageInitShape<typeof RendezvousSchema> = {}): Uint8Array {
  return toBinary(RendezvousSchema, create(RendezvousSchema, rendezvous))
}
