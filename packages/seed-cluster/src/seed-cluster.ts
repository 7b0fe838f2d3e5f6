import { serviceCapabilities, serviceDependencies } from '@libp2p/interface'
import { readinessSymbol } from '@waystone/interface'
import { systemClock, systemRandom } from '@waystone/kit'
import { messageOf } from '@waystone/kit/error-fields'
import { SERVICE_NAMES } from '@waystone/wire'
import { ClusterView } from './cluster-view.ts'
import { followPeers } from './follow-peers.ts'
import { MembershipMemory } from './memory.ts'
import { MemberListeners } from './member-listeners.ts'
import { Members } from './members.ts'
import { ClusterMetrics } from './metrics.ts'
import { missingOf } from './readiness.ts'
import { StateNews } from './state-news.ts'
import type { AbortOptions, Logger, Startable } from '@libp2p/interface'
import type { LateService } from '@waystone/rpc'
import type {
  ClusterState,
  ClusterSummary,
  MemberView,
  SeedCluster,
  SeedClusterComponents,
  SeedClusterInit
} from './contract.ts'
import type { Mesh } from './mesh.ts'
import type { MemberListener } from './member-listeners.ts'
import type { MeshParts } from './mesh-parts.ts'

/** Lifecycle and wiring; `mesh.ts` is what runs. */
export class SeedClusterService implements SeedCluster, Startable {
  readonly [Symbol.toStringTag] = '@waystone/seed-cluster'
  readonly [serviceCapabilities]: string[] = ['@waystone/seed-cluster']
  readonly [serviceDependencies]: string[] = ['@waystone/rpc']
  readonly #components: SeedClusterComponents
  readonly #init: SeedClusterInit
  readonly #members: Members
  readonly #memory: MembershipMemory
  readonly #view: ClusterView
  readonly #news: StateNews
  readonly #log: Logger
  readonly #listeners: MemberListeners
  #metrics: ClusterMetrics | undefined
  #ending: AbortController | undefined
  #mesh: Mesh | undefined
  #loading: Promise<Mesh> | undefined
  #unserve: (() => Promise<void>) | undefined
  #unfollow: (() => void)[] = []

  constructor(components: SeedClusterComponents, init: SeedClusterInit) {
    this.#components = components
    this.#init = init
    this.#log = components.logger.forComponent('waystone:seed-cluster')
    this.#listeners = new MemberListeners(this.#log)
    const { membership, trust, clock = systemClock } = init
    this.#members = new Members({ membership, trust, components, clock })
    this.#memory = new MembershipMemory(components.datastore, init.membership.key, this.#log)
    const [members, memory, log] = [this.#members, this.#memory, this.#log]
    this.#view = new ClusterView({ init, components, members, memory, mesh: () => this.#mesh })
    this.#news = new StateNews({ init, self: components.peerId.toString(), log })
  }

  async start(): Promise<void> {
    if (this.#ending !== undefined) return
    this.#ending = new AbortController()
    this.#metrics ??= this.#createMetrics()
    await this.#memory.load()
    const load = async (): Promise<LateService> => {
      const [mesh, { seedService }] = await Promise.all([this.#load(), import('./handlers.ts')])
      return seedService(mesh)
    }
    this.#unserve = await this.#components.rpc.serveLate(SERVICE_NAMES.seed, load)
  }

  /** Members are spoken to only when every part of the node has started. */
  afterStart(): void {
    if (this.#ending === undefined) return
    const [{ membership }, { events }, members] = [this.#init, this.#components, this.#members]
    const onChange = (): void => this.#news.is(this.state())
    this.#unfollow = [
      followPeers({ events, membership, members, mesh: () => this.#mesh, onChange }),
      membership.onChange(() => void this.#follow())
    ]
    void this.#follow()
  }

  async stop(): Promise<void> {
    for (const unfollow of this.#unfollow.splice(0)) unfollow()
    this.#ending?.abort(new DOMException('the node stops', 'AbortError'))
    this.#ending = undefined
    await this.#unserve?.()
    this.#unserve = undefined
    await this.#loading?.then(async mesh => await mesh.stop()).catch(() => {})
    this.#mesh = undefined
    this.#loading = undefined
    this.#news.forget()
  }

  state(): ClusterState {
    return this.#view.state()
  }

  summary(): ClusterSummary {
    return this.#view.summary()
  }

  members(): readonly MemberView[] {
    return this.#view.members()
  }

  async *check(options: AbortOptions = {}): AsyncGenerator<MemberView> {
    if (this.#ending === undefined) return
    const [mesh, { checkMembers }] = await Promise.all([this.#load(), import('./check.ts')])
    yield* checkMembers(mesh, this.#view, options)
  }

  onMember(tell: MemberListener): () => void {
    return this.#listeners.add(tell)
  }

  [readinessSymbol](): string[] {
    if (this.#init.mustBelong !== true) return []
    return missingOf(this.state(), { name: this.#init.membership.name, id: this.#components.peerId.toString() })
  }

  /** Never rejects. */
  async #follow(): Promise<void> {
    this.#news.is(this.state())
    if (this.#members.isMember) await this.#memory.note()
    try {
      const mesh = await this.#load()
      if (this.#ending !== undefined) mesh.follow()
      await this.#members.running.follow(this.#members.all, this.#components.peerStore)
      if (this.#ending !== undefined) this.#news.is(this.state())
    } catch (error) {
      this.#log.error('the cluster could not be loaded - %s', messageOf(error))
    }
  }

  /** Loaded after the start: it brings all of RPC and its messages with it. */
  async #load(): Promise<Mesh> {
    this.#loading ??= import('./mesh.ts').then(({ Mesh: Running }) => {
      this.#mesh = new Running(this.#parts(), this.#listeners.tell)
      return this.#mesh
    })
    return await this.#loading
  }

  #parts(): MeshParts {
    const { clock = systemClock, random = systemRandom } = this.#init
    const signal = this.#ending?.signal ?? AbortSignal.abort()
    const metrics = (this.#metrics ??= this.#createMetrics())
    const [init, components, members, log] = [this.#init, this.#components, this.#members, this.#log]
    return { init, components, members, metrics, log, clock, random, signal }
  }

  #createMetrics(): ClusterMetrics {
    return new ClusterMetrics(this.#components.metrics, this.#members)
  }
}
