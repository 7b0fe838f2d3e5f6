import { peerIdFromString } from '@libp2p/peer-id'
import { systemClock } from '@waystone/kit'
import { clusterState } from './state.ts'
import { ownSaid, ownView, viewOf } from './views.ts'
import type { PeerId } from '@libp2p/interface'
import type { ClusterMember } from '@waystone/interface'
import type { ClusterState, ClusterSummary, MemberView, SeedClusterComponents, SeedClusterInit } from './contract.ts'
import type { Members } from './members.ts'
import type { MembershipMemory } from './memory.ts'
import type { Mesh } from './mesh.ts'

export interface ClusterViewInit {
  init: SeedClusterInit
  components: Pick<SeedClusterComponents, 'peerId' | 'nodeInfo'>
  members: Members
  memory: Pick<MembershipMemory, 'wasMember'>
  /** Nothing while it loads. */
  mesh: () => Mesh | undefined
}

/** The cluster as this node sees it now. */
export class ClusterView {
  readonly #parts: ClusterViewInit

  constructor(parts: ClusterViewInit) {
    this.#parts = parts
  }

  state(): ClusterState {
    const { init, members, memory } = this.#parts
    return clusterState({
      hasFile: init.membership.file() !== undefined,
      isMember: members.isMember,
      wasMember: memory.wasMember,
      others: members.othersThatRun,
      connected: members.connected().size
    })
  }

  summary(): ClusterSummary {
    const { init, members } = this.#parts
    const own = members.isMember ? 1 : 0
    return {
      name: init.membership.name,
      state: this.state(),
      fileSequence: init.membership.file()?.sequence,
      connected: members.connected().size + own,
      running: members.othersThatRun + own
    }
  }

  members(): MemberView[] {
    const connected = this.#parts.members.connected()
    return this.#parts.members.all.map(member => this.#viewOf(member, connected))
  }

  member(member: ClusterMember): MemberView {
    return this.#viewOf(member, this.#parts.members.connected())
  }

  #viewOf(member: ClusterMember, connected: ReadonlyMap<string, PeerId>): MemberView {
    const { init, components, members, mesh } = this.#parts
    if (member.id === components.peerId.toString()) return this.#ownView(member)
    const isBlocked = init.trust !== undefined && members.isBlocked(peerIdFromString(member.id))
    const ownSequence = members.sequence
    const [isConnected, isRunning] = [connected.has(member.id), members.running.has(member)]
    return viewOf({ mesh: mesh(), member, isConnected, isRunning, isBlocked, ownSequence })
  }

  #ownView(member: ClusterMember): MemberView {
    const { init, mesh } = this.#parts
    const { clock = systemClock, membership } = init
    const said = ownSaid(this.#parts, clock.now())
    const duplicates = mesh()?.duplicates.disagreements ?? []
    return ownView({ member, file: membership.file(), said, duplicates }, clock.now())
  }
}
