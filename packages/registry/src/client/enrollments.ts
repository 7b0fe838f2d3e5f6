import { createDeadline } from '@waystone/kit'
import { messageOf } from '@waystone/kit/error-fields'
import { MAX_REGISTERED_AT_ONCE } from '@waystone/wire/registry-limits'
import { signRecord } from '../record/sign.ts'
import { ClockOffset } from './clock-offset.ts'
import { CALL_MS, REFUSED_MS, SIGN_AGAIN_MS, TOLERATED_SKEW_MS } from './constants.ts'
import { RegistryLiedError } from './errors.ts'
import { ownSequence } from './own-sequence.ts'
import { takeResults } from './register-results.ts'
import type { Logger, PeerId, PrivateKey } from '@libp2p/interface'
import type { Clock, Random, Timer } from '@waystone/interface'
import type { RegisterResponse, SignedRecord } from '@waystone/wire/registry'
import type { Verify } from '../record/verify.ts'
import type { LocalRegistry, RegistryClient } from './contract.ts'
import type { OwnRecord } from './own-record.ts'
import type { Outdone } from './register-results.ts'
import type { KnownRegistry, Registries } from './registries.ts'

export interface EnrollmentsInit {
  self: PeerId
  privateKey: PrivateKey
  records: ReadonlySet<OwnRecord>
  registries: Pick<Registries, 'pick' | 'get' | 'worked' | 'failed'>
  /** The node's own registry: everything goes there, and nowhere else. */
  local: LocalRegistry | undefined
  verify: Verify
  call: (peer: PeerId) => Pick<RegistryClient, 'register'>
  /** How many registries hold each record. */
  copies: number
  clock: Clock
  random: Random
  log: Logger
}

interface Delivery {
  registry: KnownRegistry
  records: OwnRecord[]
}

const OUTDONE_HERE = 'this node itself: it holds a newer record of this name'

/** Brings what this node says of itself to registries, and renews it. */
export class Enrollments {
  readonly #init: EnrollmentsInit
  readonly #offset = new ClockOffset()
  readonly #ending = new AbortController()
  #timer: Timer | undefined
  #pass: Promise<void> | undefined
  #again = false
  /** When whoever failed first may be tried again, on the monotonic clock in milliseconds. */
  #retryAt = Infinity

  constructor(init: EnrollmentsInit) {
    this.#init = init
  }

  /** Now, as registries see it, in milliseconds since the Unix epoch. */
  now(): number {
    return this.#init.clock.now() + this.#offset.value
  }

  /** Something is to be done: resolves when everything that could be done has been. */
  async wake(): Promise<void> {
    this.#again = true
    this.#pass ??= this.#run()
    await this.#pass
  }

  async stop(): Promise<void> {
    this.#timer?.clear()
    this.#ending.abort(new Error('the node stops'))
    await this.#pass
  }

  async #run(): Promise<void> {
    while (this.#again && !this.#ending.signal.aborted) {
      this.#again = false
      this.#timer?.clear()
      if (this.#retryAt <= this.#init.clock.monotonic()) this.#retryAt = Infinity
      await this.#do()
      this.#plan()
    }
    // at once: a sign that comes after the last look begins anew
    this.#pass = undefined
  }

  async #do(): Promise<void> {
    try {
      await this.#signDue()
      await this.#deliver()
    } catch (error) {
      this.#init.log.error('registering ended early - %e', error)
    }
  }

  async #signDue(): Promise<void> {
    const { clock, random, privateKey, records } = this.#init
    const sign = async (record: Parameters<typeof signRecord>[1]): Promise<SignedRecord> =>
      await signRecord(privateKey, record)
    for (const record of records) {
      if (record.renewAt > clock.monotonic()) continue
      await record.renew({ sign, now: this.now(), monotonic: clock.monotonic(), random: random.number() })
    }
  }

  async #deliver(): Promise<void> {
    const { local } = this.#init
    if (local !== undefined) return await this.#putLocally(local)
    await Promise.all(this.#deliveries().map(async delivery => await this.#bring(delivery)))
  }

  async #putLocally(local: LocalRegistry): Promise<void> {
    const { self, records, verify, clock, log } = this.#init
    for (const record of records) {
      if (record.signed === undefined || record.isHeldBy(self.toString())) continue
      try {
        const own = await verify(record.signed)
        if (local.put(own) !== 'newer') record.held(self.toString(), self)
        else
          await this.#outdo(self.toString(), [
            { record, sequence: own.sequence, held: local.held(own), said: OUTDONE_HERE }
          ])
      } catch (error) {
        log('the own registry refused %s - %e', record.kind, error)
        record.refused(self.toString(), `this node itself: ${messageOf(error)}`, clock.monotonic())
      }
    }
  }

  /** What is missing where: records stay with the registries that know them. */
  #deliveries(): Delivery[] {
    const byId = new Map<string, Delivery>()
    for (const record of this.#init.records) {
      for (const registry of this.#targetsOf(record)) {
        if (record.isHeldBy(registry.id)) continue
        const delivery = byId.get(registry.id) ?? { registry, records: [] }
        delivery.records.push(record)
        byId.set(registry.id, delivery)
      }
    }
    return [...byId.values()]
  }

  #targetsOf(record: OwnRecord): KnownRegistry[] {
    const { registries, copies, clock } = this.#init
    const monotonic = clock.monotonic()
    const known = record.knownTo().flatMap(id => registries.get(id) ?? [])
    // whoever holds what is taken back, and nobody else, is to learn of it
    if (record.withdrawn) return known
    return registries.pick(copies, { kept: known, unwanted: new Set(record.refusedBy(monotonic)) })
  }

  async #bring({ registry, records }: Delivery): Promise<void> {
    const { registries, log } = this.#init
    try {
      for (let start = 0; start < records.length; start += MAX_REGISTERED_AT_ONCE) {
        await this.#register(registry, records.slice(start, start + MAX_REGISTERED_AT_ONCE))
      }
      registries.worked(registry)
    } catch (error) {
      if (this.#ending.signal.aborted) return
      this.#retryIn(registries.failed(registry, error))
      log('%p did not take records: %s', registry.peer, messageOf(error))
      const said = `${registry.id}: ${messageOf(error)}`
      for (const record of records) if (!record.isHeldBy(registry.id)) record.failedAt(registry.id, said)
    }
  }

  /** @throws RegistryLiedError, ConnectError, DeadlineExceededError */
  async #register({ peer, id }: KnownRegistry, records: readonly OwnRecord[]): Promise<void> {
    const { clock, call } = this.#init
    const parent = this.#ending.signal
    using deadline = createDeadline({ ms: CALL_MS, what: 'registering', signal: parent, clock })
    const sent = records.map(record => ({ record, sequence: record.sequence }))
    const signed = records.flatMap(record => record.signed ?? [])
    const answer: RegisterResponse = await call(peer).register({ records: signed }, { signal: deadline.signal })
    if (answer.results.length !== signed.length) throw new RegistryLiedError('it answers for other records')
    const outdone = takeResults(sent, answer.results, { id, peer, monotonic: clock.monotonic() })
    this.#hear(id, answer.now)
    await this.#outdo(id, outdone)
    this.#turnElsewhere(id, records)
  }

  /** What was refused goes to others at once, and may come back here when that is over. */
  #turnElsewhere(id: string, records: readonly OwnRecord[]): void {
    const monotonic = this.#init.clock.monotonic()
    // what is taken back is told to nobody else
    if (!records.some(record => !record.withdrawn && record.refusedBy(monotonic).includes(id))) return
    this.#again = true
    this.#retryIn(REFUSED_MS)
  }

  /** Where our own clock turns out to be wrong, what was signed by it is signed again: not at once, as clocks may lie. */
  #hear(id: string, theirs: bigint): void {
    const before = this.#offset.value
    this.#offset.heard(id, theirs, this.#init.clock.now())
    if (Math.abs(this.#offset.value - before) <= TOLERATED_SKEW_MS) return
    for (const record of this.#init.records) record.expireSignature()
    this.#retryIn(SIGN_AGAIN_MS)
  }

  #retryIn(ms: number): void {
    this.#retryAt = Math.min(this.#retryAt, this.#init.clock.monotonic() + ms)
  }

  /** Goes beyond what an earlier run, or one with a clock that was ahead, has left at a registry. */
  async #outdo(id: string, outdone: readonly Outdone[]): Promise<void> {
    const { privateKey, clock } = this.#init
    for (const { record, sequence, held, said } of outdone) {
      const newest = held && (await ownSequence(held, record, privateKey.publicKey))
      // what was just sent is no newer one: it could be given back for ever
      if (newest === undefined || newest <= sequence) {
        record.refused(id, said, clock.monotonic())
      } else {
        record.outdo(newest)
        this.#again = true
      }
    }
  }

  #plan(): void {
    if (this.#ending.signal.aborted) return
    const { clock, records } = this.#init
    const monotonic = clock.monotonic()
    // what is to be signed again for its times waits until then
    const renewals = Array.from(records, ({ renewAt }) => renewAt).filter(at => Number.isFinite(at))
    const next = Math.min(this.#retryAt, ...renewals)
    if (Number.isFinite(next)) this.#timer = clock.setTimeout(() => void this.wake(), Math.max(0, next - monotonic))
  }
}
