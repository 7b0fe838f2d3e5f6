import { createClient, createRouterTransport } from '@connectrpc/connect'
import { ManualClock, seededRandom } from '@waystone/kit/testing'
import { RegistrySyncService } from '@waystone/wire/registry'
import { onTestFinished } from 'vitest'
import { checkSignatureInThreads, createVerify, kindSet, SqlRegistryStore } from '../../src/index.ts'
import { syncHandlers } from '../../src/sync/handlers.ts'
import { Intake } from '../../src/sync/intake.ts'
import { Round } from '../../src/sync/round.ts'
import { Unwanted } from '../../src/sync/unwanted.ts'
import { LIMITS, meeting } from '../store/records.ts'
import { signRecord } from '../../src/index.ts'
import type { Client, ServiceImpl } from '@connectrpc/connect'
import type { PrivateKey } from '@libp2p/interface'
import type { NodeTrust, ExplainedSubject } from '@waystone/interface'
import type { UnsignedRecord, VerifiedRecord, Verify } from '../../src/index.ts'
import type { RoundInit, RoundResult } from '../../src/sync/round.ts'

export type SyncClient = Client<typeof RegistrySyncService>

/** A registry without a network, whose calls can be made and answered. */
export class World {
  readonly clock: ManualClock
  readonly random = seededRandom(1)
  readonly kinds = kindSet()
  readonly verify: Verify

  constructor(clock = new ManualClock()) {
    this.clock = clock
    this.verify = createVerify({ kinds: this.kinds, clock, check: checkSignatureInThreads })
  }

  registry(mayWrite: (subject: ExplainedSubject, trustFunction: string) => boolean = () => true): TestRegistry {
    return new TestRegistry(this, mayWrite)
  }

  async record(key: PrivateKey, unsigned: Partial<UnsignedRecord> = {}): Promise<VerifiedRecord> {
    const payload = unsigned.withdrawn === true ? new Uint8Array() : meeting()
    const expiry = this.clock.now() + 600_000
    return await this.verify(
      await signRecord(key, { kind: 'rendezvous', key: 'chess', sequence: 1, expiry, payload, ...unsigned })
    )
  }
}

export class TestRegistry {
  readonly store: SqlRegistryStore
  readonly unwanted: Unwanted
  readonly intake: Intake
  readonly counts = new Map<string, number>()
  readonly client: SyncClient
  readonly #world: World

  constructor(world: World, mayWrite: (subject: ExplainedSubject, trustFunction: string) => boolean) {
    this.#world = world
    const { clock, kinds, verify } = world
    this.store = new SqlRegistryStore({ path: ':memory:', kinds, limits: LIMITS, clock })
    this.store.open()
    onTestFinished(() => this.store.close())
    this.unwanted = new Unwanted(clock)
    const trust: Pick<NodeTrust, 'explain'> = {
      explain: (subject, trustFunction) => ({ allow: mayWrite(subject, trustFunction), reason: 'test' })
    }
    const count = (result: string): void => void this.counts.set(result, (this.counts.get(result) ?? 0) + 1)
    this.intake = new Intake({ store: this.store, trust, verify, unwanted: this.unwanted, count })
    this.client = clientOf(syncHandlers(this.store))
  }

  /** Compares with another once. */
  async take(from: SyncClient, settled?: RoundInit['settled']): Promise<RoundResult> {
    const { store, intake, unwanted } = this
    const round = new Round({
      partner: from,
      store,
      intake,
      unwanted,
      settled,
      maxNames: 10_000,
      clock: this.#world.clock
    })
    return await round.run({ signal: new AbortController().signal })
  }

  get digest(): string {
    return Buffer.from(this.store.state().digest).toString('hex')
  }
}

/** Calls of a registry that answers like this. */
export function clientOf(handlers: Partial<ServiceImpl<typeof RegistrySyncService>>): SyncClient {
  return createClient(
    RegistrySyncService,
    createRouterTransport(({ service }) => void service(RegistrySyncService, handlers))
  )
}
