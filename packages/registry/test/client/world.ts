import { create, fromBinary } from '@bufbuild/protobuf'
import { createClient, createRouterTransport } from '@connectrpc/connect'
import { defaultLogger } from '@libp2p/logger'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { multiaddr } from '@multiformats/multiaddr'
import { messageOf, nameOf } from '@waystone/kit/error-fields'
import { ManualClock, seededRandom, until } from '@waystone/kit/testing'
import { rpcServiceProtocol } from '@waystone/wire'
import { RegisterResponseSchema, RegistryService, SignedRecordSchema } from '@waystone/wire/registry'
import { onTestFinished } from 'vitest'
import { localRegistry } from '../../src/client/local-registry.ts'
import { RegistryNode } from '../../src/client/registry-node.ts'
import { ResumeTokens } from '../../src/server/resume.ts'
import { checkSignatureInThreads, createVerify, kindSet, signRecord, SqlRegistryStore } from '../../src/index.ts'
import { LIMITS, newKey } from '../store/records.ts'
import type { ServiceImpl } from '@connectrpc/connect'
import type { Connection, PeerId, PrivateKey } from '@libp2p/interface'
import type { TrustLevel } from '@waystone/interface'
import type { RegisterRequest, RegisterResponse, SignedRecord } from '@waystone/wire/registry'
import type { Verify } from '../../src/index.ts'
import type { RegistryComponents, RegistryInit } from '../../src/client.ts'

const PROTOCOL = rpcServiceProtocol(RegistryService.typeName)

type Answers = Partial<ServiceImpl<typeof RegistryService>>

/** A registry that a test can make lie. */
export class FakeRegistry {
  readonly peer: PeerId
  readonly address: string
  readonly store: SqlRegistryStore
  /** Take the place of the honest answers. */
  lies: Answers = {}
  registered = 0
  readonly #tokens = new ResumeTokens(seededRandom(1))
  readonly clock: ManualClock
  readonly verify: Verify

  constructor(peer: PeerId, address: string, clock: ManualClock) {
    this.peer = peer
    this.address = address
    this.clock = clock
    this.verify = createVerify({ kinds: kindSet(), clock, check: checkSignatureInThreads })
    this.store = new SqlRegistryStore({ path: ':memory:', kinds: kindSet(), limits: LIMITS, clock })
    this.store.open()
    onTestFinished(() => this.store.close())
  }

  get answers(): ServiceImpl<typeof RegistryService> {
    const { client } = localRegistry({ store: this.store, tokens: this.#tokens })
    return {
      register: async request => await this.#register(request),
      query: async ({ kind, filter, page }) =>
        await client.query({
          kind,
          page: { size: page?.size ?? 100, cursor: page?.cursor ?? '' },
          ...(filter !== undefined && { filter })
        }),
      watch: ({ kind, filter, resume }, { signal }) =>
        client.watch({ kind, resume, ...(filter !== undefined && { filter }) }, { signal }),
      listKinds: async () => await client.listKinds({}),
      ...this.lies
    }
  }

  async #register({ records }: RegisterRequest): Promise<RegisterResponse> {
    this.registered += records.length
    const results = await Promise.all(records.map(async record => await this.#put(record)))
    return create(RegisterResponseSchema, { results, now: BigInt(this.clock.now()) })
  }

  async #put(signed: SignedRecord): Promise<{ error?: string; message?: string; held?: SignedRecord }> {
    try {
      const record = await this.verify(signed)
      if (this.store.put(record) !== 'newer') return {}
      const held = fromBinary(SignedRecordSchema, this.store.signed([record.hash])[0] ?? new Uint8Array())
      return { error: 'RecordOutdatedError', message: 'older', held }
    } catch (error) {
      return { error: nameOf(error), message: messageOf(error) }
    }
  }
}

/** A node without a network: a test says who is connected. */
export class ClientWorld {
  readonly clock = new ManualClock()
  readonly events = new EventTarget()
  readonly connected = new Set<FakeRegistry>()
  readonly levels = new Map<string, TrustLevel>()
  readonly privateKey: PrivateKey
  readonly registry: RegistryNode

  static async start(init: Partial<RegistryInit> = {}): Promise<ClientWorld> {
    return new ClientWorld(await newKey(), init)
  }

  private constructor(privateKey: PrivateKey, init: Partial<RegistryInit>) {
    this.privateKey = privateKey
    const trust = { levelOf: (peer: PeerId) => this.levels.get(peer.toString()) ?? 'none' }
    const parts = { clock: this.clock, random: seededRandom(1), trust }
    this.registry = new RegistryNode(this.#components(), { ...parts, ...init })
    this.registry.afterStart()
    onTestFinished(async () => {
      for (const fake of this.connected) this.leave(fake)
      await this.registry.stop()
    })
  }

  /** A registry that keeps to the rules until a test says otherwise. */
  async seed(address = '/ip4/192.0.2.1/tcp/1', level: TrustLevel = 'none', clock = this.clock): Promise<FakeRegistry> {
    const fake = new FakeRegistry(peerIdFromPrivateKey(await newKey()), address, clock)
    this.levels.set(fake.peer.toString(), level)
    this.join(fake)
    return fake
  }

  join(fake: FakeRegistry): void {
    this.connected.add(fake)
    this.#tell('peer:identify', { peerId: fake.peer, protocols: [PROTOCOL] })
  }

  leave(fake: FakeRegistry): void {
    this.connected.delete(fake)
    this.#tell('peer:disconnect', fake.peer)
  }

  /** Moves time on until this holds. */
  async advanceUntil(condition: () => boolean): Promise<void> {
    await until(async () => {
      if (!condition()) await this.clock.advance(500)
      return condition()
    })
  }

  #tell(type: string, detail: unknown): void {
    this.events.dispatchEvent(new CustomEvent(type, { detail }))
  }

  #components(): RegistryComponents {
    const parts = {
      peerId: peerIdFromPrivateKey(this.privateKey),
      privateKey: this.privateKey,
      logger: defaultLogger(),
      events: this.events,
      peerStore: { get: async () => ({ protocols: [PROTOCOL] }) },
      connectionManager: { getConnections: (peer?: PeerId) => this.#connections(peer) },
      rpc: { client: (_service: unknown, peer: PeerId) => this.#client(peer) }
    }
    return parts as unknown as RegistryComponents
  }

  #connections(peer?: PeerId): Connection[] {
    const fakes = [...this.connected].filter(fake => peer === undefined || fake.peer.equals(peer))
    return fakes.map(fake => {
      const connection = { remotePeer: fake.peer, remoteAddr: multiaddr(fake.address), status: 'open', direct: true }
      return { ...connection, timeline: { open: 0 } } as Connection
    })
  }

  #client(peer: PeerId): unknown {
    const fake = [...this.connected].find(one => one.peer.equals(peer))
    const answers = fake?.answers ?? {}
    return createClient(
      RegistryService,
      createRouterTransport(({ service }) => void service(RegistryService, answers))
    )
  }
}

/** Long enough ago for every registry to have it. */
const AGE_MS = 60_000

export async function heldRecord(world: ClientWorld, key: string): Promise<SignedRecord> {
  const times = { sequence: world.clock.now() - AGE_MS, expiry: world.clock.now() + 600_000 }
  return await signRecord(await newKey(), { kind: 'rendezvous', key, ...times })
}

export async function hold(signed: SignedRecord, ...fakes: FakeRegistry[]): Promise<void> {
  for (const fake of fakes) fake.store.put(await fake.verify(signed))
}

export async function twoSeeds(): Promise<{ world: ClientWorld; a: FakeRegistry; b: FakeRegistry }> {
  const world = await ClientWorld.start()
  const a = await world.seed('/ip4/192.0.2.1/tcp/1', 'advanced')
  return { world, a, b: await world.seed('/ip4/198.51.100.1/tcp/1') }
}
