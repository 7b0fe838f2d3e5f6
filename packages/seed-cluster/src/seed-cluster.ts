import { serviceCapabilities, serviceDependencies } from '@libp2p/interface'
import { peerIdFromString } from '@libp2p/peer-id'
import { readinessSymbol } from '@waystone/interface'
import { systemClock, systemRandom } from '@waystone/kit'
import { messageOf } from '@waystone/kit/error-fields'
import { SERVICE_NAMES } from '@waystone/wire'
import { MembershipMemory } from './memory.ts'
import { MemberListeners } from './member-listeners.ts'
import { Members } from './members.ts'
import { ClusterMetrics } from './metrics.ts'
import { missingOf } from './readiness.ts'
import { clusterState } from './state.ts'
import { ownSaid, ownView, viewOf } from './views.ts'
import type { AbortOptions, Connection, Logger, PeerId, Startable } from '@libp2p/interface'
import type { ClusterMember } from '@waystone/interface'
import type { LateService } from '@waystone/rpc'
import type { ClusterState, MemberView, SeedCluster, SeedClusterComponents, SeedClusterInit } from './contract.ts'
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
  readonly #log: Logger
  readonly #listeners: MemberListeners
  #metrics: ClusterMetrics | undefined
  #ending: AbortController | undefined
  #mesh: Mesh | undefined
  #loading: Promise<Mesh> | undefined
  #unserve: (() => Promise<void>) | undefined
  #unfollow: (() => void) | undefined
  #state: ClusterState | undefined

  constructor(components: SeedClusterComponents, init: SeedClusterInit) {
    this.#components = components
    this.#init = init
    this.#log = components.logger.forComponent('waystone:seed-cluster')
    this.#listeners = new MemberListeners(this.#log)
    const { membership, trust, clock = systemClock } = init
    this.#members = new Members({ membership, trust, components, clock })
    this.#memory = new MembershipMemory(components.datastore, init.membership.key, this.#log)
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
    const { events } = this.#components
    events.addEventListener('peer:connect', this.#onConnect)
    events.addEventListener('peer:disconnect', this.#onDisconnect)
    events.addEventListener('connection:close', this.#onClose)
    this.#unfollow = this.#init.membership.onChange(() => void this.#follow())
    void this.#follow()
  }

  async stop(): Promise<void> {
    const { events } = this.#components
    events.removeEventListener('peer:connect', this.#onConnect)
    events.removeEventListener('peer:disconnect', this.#onDisconnect)
    events.removeEventListener('connection:close', this.#onClose)
    this.#unfollow?.()
    this.#ending?.abort(new DOMException('the node stops', 'AbortError'))
    this.#ending = undefined
    await this.#unserve?.()
    this.#unserve = undefined
    await this.#loading?.then(async mesh => await mesh.stop()).catch(() => {})
    this.#mesh = undefined
    this.#loading = undefined
    this.#state = undefined
  }

  state(): ClusterState {
    return clusterState({
      hasFile: this.#init.membership.file() !== undefined,
      isMember: this.#members.isMember,
      wasMember: this.#memory.wasMember,
      others: this.#members.othersThatRun,
      connected: this.#members.connected().size
    })
  }

  members(): readonly MemberView[] {
    const connected = this.#members.connected()
    return this.#members.all.map(member => this.#view(member, connected))
  }

  async *check(options: AbortOptions = {}): AsyncGenerator<MemberView> {
    if (this.#ending === undefined) return
    const [mesh, { checkMembers }] = await Promise.all([this.#load(), import('./check.ts')])
    const self = this.#components.peerId.toString()
    const byId = new Map(this.#members.all.map(member => [member.id, member]))
    const own = byId.get(self)
    if (own !== undefined) yield this.#view(own, this.#members.connected())
    const others = [...byId.values()].filter(({ id }) => id !== self)
    for await (const id of checkMembers(mesh, others, options)) {
      const member = byId.get(id)
      if (member !== undefined) yield this.#view(member, this.#members.connected())
    }
  }

  onMember(tell: MemberListener): () => void {
    return this.#listeners.add(tell)
  }

  [readinessSymbol](): string[] {
    if (this.#init.mustBelong !== true) return []
    return missingOf(this.state(), { name: this.#init.membership.name, id: this.#components.peerId.toString() })
  }

  readonly #onConnect = ({ detail }: CustomEvent<PeerId>): void => {
    if (!this.#init.membership.has(detail)) return
    this.#members.running.saw(detail.toString())
    this.#mesh?.connected(detail)
    this.#review()
  }

  readonly #onDisconnect = ({ detail }: CustomEvent<PeerId>): void => {
    if (!this.#init.membership.has(detail)) return
    this.#members.running.saw(detail.toString())
    this.#mesh?.disconnected(detail)
    this.#review()
  }

  readonly #onClose = ({ detail }: CustomEvent<Connection>): void => this.#mesh?.closed(detail)

  /** Never rejects. */
  async #follow(): Promise<void> {
    this.#review()
    if (this.#members.isMember) await this.#memory.note()
    try {
      const mesh = await this.#load()
      if (this.#ending !== undefined) mesh.follow()
      await this.#members.running.follow(this.#members.all, this.#components.peerStore)
      if (this.#ending !== undefined) this.#review()
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

  /** Tells when the state is another one than before. */
  #review(): void {
    const state = this.state()
    if (state === this.#state) return
    this.#state = state
    const { name } = this.#init.membership
    if (state === 'revoked')
      this.#log.error('this node was removed from cluster %s and is no part of it any more', name)
    else if (state === 'not-a-member' && this.#init.mustBelong === true) {
      const id = this.#components.peerId.toString()
      const hint = `waystone cluster add ${id} --publish`
      this.#log.error('this node is not on the list of cluster %s, and so is none of its seeds; hint: %s', name, hint)
    } else this.#log('cluster %s: %s', name, state)
    this.#init.events?.emit('cluster:state', { cluster: name, state })
  }

  #view(member: ClusterMember, connected: ReadonlyMap<string, PeerId>): MemberView {
    if (member.id === this.#components.peerId.toString()) return this.#ownView(member)
    const isBlocked = this.#init.trust !== undefined && this.#members.isBlocked(peerIdFromString(member.id))
    const ownSequence = this.#members.sequence
    const [isConnected, isRunning] = [connected.has(member.id), this.#members.running.has(member)]
    return viewOf({ mesh: this.#mesh, member, isConnected, isRunning, isBlocked, ownSequence })
  }

  #ownView(member: ClusterMember): MemberView {
    const { clock = systemClock, membership } = this.#init
    const said = ownSaid({ init: this.#init, components: this.#components, members: this.#members }, clock.now())
    const duplicates = this.#mesh?.duplicates.disagreements ?? []
    return ownView({ member, file: membership.file(), said, duplicates }, clock.now())
  }

  #createMetrics(): ClusterMetrics {
    return new ClusterMetrics(this.#components.metrics, {
      members: () => this.#members.all.length,
      connected: () => this.#members.connected().size,
      sequence: () => Number(this.#members.sequence)
    })
  }
}
