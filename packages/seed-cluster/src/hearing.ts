import { describeOffset, isClockOff } from './disagreements.ts'
import { HeardMembers } from './heard.ts'
import { clusterBytes } from './own-state.ts'
import { readState } from './read-state.ts'
import { sameBytes } from './same-bytes.ts'
import { SequenceClaims } from './sequence-claims.ts'
import type { PeerId } from '@libp2p/interface'
import type { SeedState } from '@waystone/wire/seed'
import type { MemberSaid } from './contract.ts'
import type { SaidInstance } from './instance.ts'
import type { MeshParts } from './mesh-parts.ts'

/** Takes in what members say of themselves, whoever called whom. */
export class Hearing {
  readonly members = new HeardMembers()
  readonly #parts: MeshParts
  readonly #claims = new SequenceClaims()
  readonly #wrongClocks = new Set<string>()
  #looking: Promise<void> = Promise.resolve()

  constructor(parts: MeshParts) {
    this.#parts = parts
  }

  /**
   * @param roundTrip - milliseconds; 0 where the member called
   * @throws HelloInvalidError, OtherClusterError
   */
  heard(peer: PeerId, state: SeedState | undefined, roundTrip: number): SaidInstance {
    const { init, clock } = this.#parts
    const { instance, said } = readState(state, clusterBytes(init.membership.key), { at: clock.now(), roundTrip })
    const member = peer.toString()
    this.members.said(member, said, { isEqual: this.#isEqual(said), now: clock.monotonic() })
    this.#judgeClock(peer, said.clockOffset)
    this.#claimed(peer, said.fileSequence, () => this.#tellFalse(peer, said.fileSequence))
    return instance
  }

  /** A member takes this node for none: perhaps it knows a newer file, and perhaps its own is older. */
  refused(peer: PeerId): void {
    this.#claimed(peer, this.#parts.members.sequence + 1n, () =>
      this.#parts.log.error('member %p takes this node for none, and nobody has a newer trust file', peer)
    )
  }

  isFalseClaim(member: string): boolean {
    return this.#claims.isFalse(member, this.#parts.clock.monotonic())
  }

  retain(isMember: (member: string) => boolean): void {
    this.members.retain(isMember)
    this.#claims.retain(isMember)
    for (const member of this.#wrongClocks) if (!isMember(member)) this.#wrongClocks.delete(member)
  }

  /** Resolves when no look for a file runs any more. */
  async settled(): Promise<void> {
    await this.#looking
  }

  /** A member says, or shows, that there is a file with this sequence. @param onFalse - called if nobody has one */
  #claimed(peer: PeerId, sequence: bigint, onFalse: () => void): void {
    const member = peer.toString()
    const { members, clock } = this.#parts
    const now = clock.monotonic()
    if (!this.#claims.isWorthALook(member, sequence, { own: members.sequence, now })) return
    this.#claims.looking(now)
    this.#looking = this.#look(member, sequence, onFalse)
  }

  async #look(member: string, sequence: bigint, onFalse: () => void): Promise<void> {
    const { init, members, clock, signal } = this.#parts
    try {
      await init.membership.refresh({ signal })
    } catch {
      // the service stops
      return
    }
    if (this.#claims.looked(member, sequence, { own: members.sequence, now: clock.monotonic() })) onFalse()
  }

  #tellFalse(peer: PeerId, sequence: bigint): void {
    const { log, metrics } = this.#parts
    metrics.fault('false_sequence')
    log.error('member %p claims a trust file %s that nobody has: it is not believed for a while', peer, sequence)
  }

  #isEqual({ registryDigest }: MemberSaid): boolean | undefined {
    const own = this.#parts.init.registry?.()?.digest
    if (own === undefined || registryDigest.length === 0) return undefined
    return sameBytes(own, registryDigest)
  }

  /** Told once, and again after it was right. */
  #judgeClock(peer: PeerId, offset: number): void {
    const member = peer.toString()
    if (!isClockOff(offset)) this.#wrongClocks.delete(member)
    else if (!this.#wrongClocks.has(member)) {
      this.#wrongClocks.add(member)
      this.#parts.metrics.fault('clock')
      this.#parts.log.error(
        'the clock of member %p is %s that of this machine: one of them is wrong',
        peer,
        describeOffset(offset)
      )
    }
  }
}
