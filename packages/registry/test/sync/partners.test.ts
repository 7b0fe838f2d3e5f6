import { Code, ConnectError } from '@connectrpc/connect'
import { generateKeyPair } from '@libp2p/crypto/keys'
import { defaultLogger } from '@libp2p/logger'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { until } from '@waystone/kit/testing'
import { describe, expect, it, onTestFinished } from 'vitest'
import { Partners } from '../../src/sync/partners.ts'
import { clientOf, World } from './world.ts'
import type { PeerId } from '@libp2p/interface'
import type { SyncClient } from './world.ts'

async function newPeer(): Promise<PeerId> {
  return peerIdFromPrivateKey(await generateKeyPair('Ed25519'))
}

/** Partners on a clock that stands still, which all answer alike. */
class Case {
  readonly world = new World()
  readonly rounds: string[] = []
  readonly outcomes: string[] = []
  readonly partners: Partners
  #client: SyncClient

  constructor(client: SyncClient = this.world.registry().client) {
    this.#client = client
    const { store, intake, unwanted } = this.world.registry()
    const { clock, random } = this.world
    this.partners = new Partners({
      store,
      intake,
      unwanted,
      clock,
      random,
      call: peer => {
        this.rounds.push(peer.toString())
        return this.#client
      },
      log: defaultLogger().forComponent('test'),
      count: outcome => void this.outcomes.push(outcome),
      onTick: () => undefined
    })
    onTestFinished(async () => await this.partners.stop())
  }

  answer(client: SyncClient): void {
    this.#client = client
  }

  async came(peer: PeerId): Promise<void> {
    const before = this.outcomes.length
    this.partners.came(peer)
    await until(() => this.outcomes.length > before)
  }

  /** How many rounds began within this time, in milliseconds. */
  async within(ms: number): Promise<number> {
    const before = this.rounds.length
    await this.world.clock.advance(ms)
    return this.rounds.length - before
  }
}

const failing = (error: Error): SyncClient =>
  clientOf({
    getDigest: () => {
      throw error
    }
  })
const garbage = clientOf({ getDigest: () => ({ digests: new Uint8Array(3), records: 1n }) })

describe('partners', () => {
  it('are compared when they come, and then every ten seconds', async () => {
    const test = new Case()
    await test.came(await newPeer())
    expect(test.outcomes).toEqual(['agreed'])
    expect(await test.within(8_900)).toBe(0)
    expect(await test.within(2_200)).toBe(1)
  })

  it('that send garbage are left alone for longer each time, also after a new connection', async () => {
    const test = new Case(garbage)
    const peer = await newPeer()
    await test.came(peer)
    expect(test.outcomes).toEqual(['invalid'])
    expect(test.partners.statuses()).toMatchObject([{ connected: true, failure: expect.stringContaining('3 bytes') }])
    for (let again = 0; again < 20; again++) {
      test.partners.left(peer)
      test.partners.came(peer)
    }
    expect(test.rounds).toHaveLength(1)
    expect(await test.within(9_000)).toBe(0)
    await until(async () => (await test.within(1_000), test.outcomes.length === 2))
    expect(await test.within(19_000)).toBe(0)
  })

  it('that cannot be reached are tried again when they come back, and soon', async () => {
    const test = new Case(failing(new ConnectError('gone', Code.Unavailable)))
    const peer = await newPeer()
    await test.came(peer)
    expect(test.outcomes).toEqual(['lost'])
    test.partners.left(peer)
    test.answer(test.world.registry().client)
    await test.came(peer)
    expect(test.outcomes).toEqual(['lost', 'agreed'])
    expect(test.partners.statuses()[0]).not.toHaveProperty('failure')
  })

  it('that do not allow it are asked again after seconds, not at once', async () => {
    const test = new Case(failing(new ConnectError('no', Code.PermissionDenied)))
    const peer = await newPeer()
    await test.came(peer)
    test.partners.soon(peer)
    expect(await test.within(2_400)).toBe(0)
    await until(async () => (await test.within(500), test.outcomes.length === 2))
  })

  it('are at most four at a time, and those that wait have their turn', async () => {
    const gates: (() => void)[] = []
    const digests = new World().registry().store.digests()
    const test = new Case(
      clientOf({
        getDigest: async () => {
          const { promise, resolve } = Promise.withResolvers<void>()
          gates.push(resolve)
          await promise
          return { digests, records: 0n }
        }
      })
    )
    for (let peer = 0; peer < 6; peer++) test.partners.came(await newPeer())
    await until(() => gates.length === 4)
    expect(test.rounds).toHaveLength(4)
    gates.forEach(open => open())
    await until(() => gates.length === 6)
    gates.forEach(open => open())
    await until(() => test.outcomes.length === 6)
    expect(new Set(test.rounds).size).toBe(6)
  })

  it('from whom the function is taken bring nothing more, also in the middle of a comparison', async () => {
    const signals: AbortSignal[] = []
    const test = new Case(
      clientOf({
        getDigest: async (_request, { signal }) => {
          signals.push(signal)
          return await new Promise(() => {})
        }
      })
    )
    const peer = await newPeer()
    test.partners.came(peer)
    await until(() => signals.length === 1)
    test.partners.left(peer)
    await until(() => test.outcomes.length === 1)
    expect(test.outcomes).toEqual(['lost'])
    expect(await test.within(60_000)).toBe(0)
  })

  it('leave nothing behind when the registry stops', async () => {
    const test = new Case(garbage)
    await test.came(await newPeer())
    await test.partners.stop()
    expect(await test.within(3_600_000)).toBe(0)
  })
})
