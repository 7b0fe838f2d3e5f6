import { LEAST_LIFETIME_MS, MAX_REFUSALS, REFUSED_MS, RENEWAL_JITTER } from './constants.ts'
import { EntryInvalidError } from './errors.ts'
import { MAX_PAYLOAD_BYTES, MAX_RECORD_KEY_BYTES, MAX_RECORD_LIFETIME_MS } from '@waystone/wire/registry-limits'
import type { PeerId } from '@libp2p/interface'
import type { SignedRecord } from '@waystone/wire/registry'
import type { OwnEntry } from '../contract.ts'
import type { UnsignedRecord } from '../record/sign.ts'

export interface OwnRecordInit {
  kind: string
  key: string
  payload: Uint8Array
  /** Milliseconds. */
  lifetime: number
}

interface Holder {
  peer: PeerId
  sequence: number
  expiry: number
}

interface Refusal {
  sentence: string
  /** On the monotonic clock, in milliseconds. */
  until: number
}

/** What a record is signed with. */
export interface Signing {
  sign: (record: UnsignedRecord) => Promise<SignedRecord>
  /** Milliseconds since the Unix epoch, as registries see it. */
  now: number
  /** The monotonic clock, in milliseconds. */
  monotonic: number
  /** A number in [0, 1). */
  random: number
}

/** Something that this node registers: its newest record, and who holds which. */
export class OwnRecord {
  readonly kind: string
  readonly key: string
  readonly #lifetime: number
  readonly #holders = new Map<string, Holder>()
  readonly #refusals = new Map<string, Refusal>()
  #payload: Uint8Array
  #withdrawn = false
  #sequence = 0
  #expiry = 0
  #signed: SignedRecord | undefined
  /** On the monotonic clock, in milliseconds. */
  #renewAt = -Infinity

  /** @throws EntryInvalidError */
  constructor(init: OwnRecordInit) {
    checkEntry(init)
    this.kind = init.kind
    this.key = init.key
    this.#lifetime = init.lifetime
    this.#payload = init.payload
  }

  get withdrawn(): boolean {
    return this.#withdrawn
  }

  get sequence(): number {
    return this.#sequence
  }

  get signed(): SignedRecord | undefined {
    return this.#signed
  }

  get renewAt(): number {
    return this.#renewAt
  }

  /** @throws EntryInvalidError */
  update(payload: Uint8Array): void {
    checkPayload(payload)
    this.#payload = payload
    this.#renewAt = -Infinity
  }

  withdraw(): void {
    this.#withdrawn = true
    this.#renewAt = -Infinity
  }

  /** Its times were wrong: whoever refused it for them may take it again. */
  expireSignature(): void {
    this.#renewAt = -Infinity
    for (const refusal of this.#refusals.values()) refusal.until = -Infinity
  }

  /** Of somebody with this key there is a newer record: by an earlier run, or with a clock that was ahead. */
  outdo(sequence: number): void {
    this.#sequence = Math.max(this.#sequence, sequence)
    this.#renewAt = -Infinity
  }

  /** Signs it anew with a higher sequence: the clock in milliseconds, so that the next run is higher still. */
  async renew({ sign, now, monotonic, random }: Signing): Promise<void> {
    const { kind, key } = this
    this.#sequence = Math.max(this.#sequence + 1, Math.floor(now))
    // what is taken back is remembered for as long as an older record may be somewhere
    if (!this.#withdrawn || this.#expiry <= now) this.#expiry = Math.floor(now + this.#lifetime)
    this.#renewAt = monotonic + (this.#lifetime / 2) * (1 - RENEWAL_JITTER * random)
    const payload = this.#withdrawn ? new Uint8Array() : this.#payload
    const times = { sequence: this.#sequence, expiry: this.#expiry }
    this.#signed = await sign({ kind, key, ...times, payload, withdrawn: this.#withdrawn })
  }

  isHeldBy(id: string): boolean {
    return this.#holders.get(id)?.sequence === this.#sequence
  }

  /** Who holds this record, or one before it. */
  knownTo(): string[] {
    return [...this.#holders.keys()]
  }

  /** Who refused it so lately that it is not asked again. */
  refusedBy(monotonic: number): string[] {
    return [...this.#refusals].flatMap(([id, { until }]) => (until > monotonic ? [id] : []))
  }

  /** @param sequence - of the record that was taken: there may be a newer one by now */
  held(id: string, peer: PeerId, sequence = this.#sequence): void {
    this.#refusals.delete(id)
    this.#holders.set(id, { peer, sequence, expiry: this.#expiry })
  }

  /** @param sentence - why, for the operator */
  refused(id: string, sentence: string, monotonic: number): void {
    this.#refusals.delete(id)
    this.#refusals.set(id, { sentence, until: monotonic + REFUSED_MS })
    this.#forgetRefusals()
  }

  /** It could not be brought there; the registry itself is left alone for a while. */
  failedAt(id: string, sentence: string): void {
    this.#refusals.delete(id)
    this.#refusals.set(id, { sentence, until: -Infinity })
    this.#forgetRefusals()
  }

  #forgetRefusals(): void {
    for (const oldest of this.#refusals.keys()) {
      if (this.#refusals.size <= MAX_REFUSALS) return
      this.#refusals.delete(oldest)
    }
  }

  /** @param now - milliseconds since the Unix epoch */
  holders(now: number): PeerId[] {
    for (const [id, { expiry }] of this.#holders) if (expiry <= now) this.#holders.delete(id)
    return Array.from(this.#holders.values(), ({ peer }) => peer)
  }

  describe(now: number): OwnEntry {
    const { kind, key } = this
    const refusals = Array.from(this.#refusals.values(), ({ sentence }) => sentence)
    return { kind, key, sequence: this.#sequence, expiry: this.#expiry, heldBy: this.holders(now), refusals }
  }
}

/** @throws EntryInvalidError */
function checkEntry({ kind, key, payload, lifetime }: OwnRecordInit): void {
  if (!/^[a-z0-9-]{1,32}$/.test(kind))
    throw new EntryInvalidError(`${JSON.stringify(kind)} cannot be a kind of records`)
  if (new TextEncoder().encode(key).length > MAX_RECORD_KEY_BYTES) {
    throw new EntryInvalidError(`the key of a record has at most ${MAX_RECORD_KEY_BYTES} bytes`)
  }
  if (!(lifetime >= LEAST_LIFETIME_MS && lifetime <= MAX_RECORD_LIFETIME_MS)) {
    throw new EntryInvalidError(`a record lasts from ${LEAST_LIFETIME_MS} to ${MAX_RECORD_LIFETIME_MS} ms`)
  }
  checkPayload(payload)
}

function checkPayload(payload: Uint8Array): void {
  if (payload.length > MAX_PAYLOAD_BYTES) {
    throw new EntryInvalidError(`the payload of a record has at most ${MAX_PAYLOAD_BYTES} bytes`)
  }
}
