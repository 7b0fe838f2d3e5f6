import { createClient, createRouterTransport } from '@connectrpc/connect'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { multiaddr } from '@multiformats/multiaddr'
import { seededRandom } from '@waystone/kit/testing'
import { createCursors } from '@waystone/rpc'
import { RegistryService } from '@waystone/wire/registry'
import { signRecord } from '../../src/index.ts'
import { RegistryHandlers } from '../../src/server/handlers.ts'
import { networkOf } from '../../src/server/network.ts'
import { Rates } from '../../src/server/rates.ts'
import { ResumeTokens } from '../../src/server/resume.ts'
import { SharedPuts } from '../../src/server/shared-puts.ts'
import { Bench, meeting } from '../store/records.ts'
import type { Client } from '@connectrpc/connect'
import type { PrivateKey } from '@libp2p/interface'
import type { SignedRecord } from '@waystone/wire/registry'
import type { UnsignedRecord } from '../../src/index.ts'

/** A registry that is called without a network, by whoever from wherever. */
export class ServedBench extends Bench {
  readonly denied = new Set<string>()
  readonly counts = new Map<string, number>()
  readonly rates = new Rates(this.clock)
  readonly puts = new SharedPuts(this.store)
  readonly #cursors = createCursors(seededRandom(1))
  readonly #tokens = new ResumeTokens(seededRandom(2))

  callAs(key: PrivateKey, from = '/ip4/192.0.2.1/tcp/4001'): Client<typeof RegistryService> {
    const subject = { peer: peerIdFromPrivateKey(key), address: multiaddr(from) }
    const caller = { id: subject.peer.toString(), network: networkOf(subject.address), subject }
    const { store, verify, clock, rates } = this
    const handlers = new RegistryHandlers({
      store,
      puts: this.puts,
      verify,
      clock,
      rates,
      cursors: this.#cursors,
      tokens: this.#tokens,
      trust: { decide: (_subject, name) => ({ allow: !this.denied.has(name), reason: 'a test says so' }) },
      counts: { registered: outcome => this.#count(outcome), query: outcome => this.#count(outcome) },
      callerOf: () => caller
    })
    return createClient(
      RegistryService,
      createRouterTransport(({ service }) => void service(RegistryService, handlers))
    )
  }

  async signed(key: PrivateKey, unsigned: Partial<UnsignedRecord> = {}): Promise<SignedRecord> {
    const expiry = this.clock.now() + 600_000
    return await signRecord(key, {
      kind: 'rendezvous',
      key: 'chess',
      sequence: 1,
      expiry,
      payload: meeting(),
      ...unsigned
    })
  }

  /** Names of the errors, empty for what was taken. */
  async register(key: PrivateKey, records: SignedRecord[], from?: string): Promise<string[]> {
    return (await this.callAs(key, from).register({ records })).results.map(({ error }) => error)
  }

  #count(outcome: string | Error): void {
    const label = typeof outcome === 'string' ? outcome : outcome.name
    this.counts.set(label, (this.counts.get(label) ?? 0) + 1)
  }
}
