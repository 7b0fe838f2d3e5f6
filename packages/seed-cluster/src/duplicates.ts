import { MAX_TOLD_INSTANCES, TWICE_FOR_MS } from './constants.ts'
import { DuplicateIdentityError } from './errors.ts'
import { hasToYield, instanceKey, isSignedBy } from './instance.ts'
import { sameBytes } from './same-bytes.ts'
import type { Logger, PeerId, PublicKey } from '@libp2p/interface'
import type { AdminEvents, Clock, NodeInstance } from '@waystone/interface'
import type { ClusterAudit } from './contract.ts'
import type { Run, SaidInstance } from './instance.ts'

export interface DuplicatesInit {
  self: PeerId
  publicKey: PublicKey
  own: NodeInstance
  clock: Pick<Clock, 'monotonic'>
  log: Logger
  audit: ClusterAudit
  events: Pick<AdminEvents, 'emit'>
  /** Called once, if it is this node that has to end. */
  onYield: (error: DuplicateIdentityError) => void
  /** Counts what others said of another run. */
  count: (result: 'found' | 'unproven') => void
}

/** Another run with the key of this node. */
interface ToldRun {
  /** What it said last, by its clock. */
  saidAt: bigint
  /** When that was heard, by the monotonic clock. */
  at: number
}

/** What this node does when a member says that another one runs with its key. */
export class Duplicates {
  readonly #init: DuplicatesInit
  readonly #own: Run
  readonly #told = new Map<string, ToldRun>()
  #seen: Uint8Array | undefined
  #isYielding = false

  constructor(init: DuplicatesInit) {
    this.#init = init
    const { id, startedAt, fence = 0n, keeper = 0n } = init.own
    this.#own = { id, startedAt: BigInt(Math.trunc(startedAt)), fence, keeper }
  }

  /** Whether others run with the key of this node, in one sentence. */
  get disagreements(): string[] {
    const since = this.#init.clock.monotonic() - TWICE_FOR_MS
    const isTwice = [...this.#told.values()].some(({ at }) => at > since)
    return isTwice ? ['another node runs with the key of this one'] : []
  }

  /** The id of the run that was found last: said along with this one, it proves to that one that this one runs now. */
  get seen(): Uint8Array | undefined {
    return this.#seen
  }

  /** Takes the word of nobody but the holder of the key, and nothing that may be of an earlier run of this node. */
  async heard(other: SaidInstance | undefined, from: PeerId): Promise<void> {
    if (other === undefined || this.#isOwn(other)) return
    const told = this.#told.get(instanceKey(other))
    if (told !== undefined) return await this.#again(told, other)
    const isProven = this.#isNew(other) && (await isSignedBy(other, this.#init.publicKey))
    this.#init.count(isProven ? 'found' : 'unproven')
    if (isProven) this.#found(other, from)
    else this.#init.log('%p says without proof that another node runs with the key of this one', from)
  }

  /** Whoever was found and says something later runs still. */
  async #again(told: ToldRun, other: SaidInstance): Promise<void> {
    if (other.saidAt <= told.saidAt || !(await isSignedBy(other, this.#init.publicKey))) return
    told.saidAt = other.saidAt
    told.at = this.#init.clock.monotonic()
  }

  /** Whether it was said after this run began: by the clocks, or as it names this run, whose id nobody knew before. */
  #isNew({ saidAt, seen }: SaidInstance): boolean {
    return saidAt > this.#own.startedAt || (seen !== undefined && sameBytes(seen, this.#own.id))
  }

  #isOwn(other: SaidInstance): boolean {
    return instanceKey(other) === instanceKey(this.#own)
  }

  #found(other: SaidInstance, from: PeerId): void {
    const key = instanceKey(other)
    // only the key's holder makes new ones, and it is one too many already
    if (this.#told.has(key) || this.#told.size >= MAX_TOLD_INSTANCES) return
    const { self, clock, log, audit, events } = this.#init
    this.#told.set(key, { saidAt: other.saidAt, at: clock.monotonic() })
    this.#seen = other.id
    const yields = hasToYield(this.#own, other)
    const who = yields ? 'this one ends' : 'the other one has to end'
    const reason = `another node runs with the key of this one since ${timeOf(other.startedAt)}: ${who}`
    log.error('%s (instance %s, seen by %p)', reason, key.slice(0, 8), from)
    audit.add({ kind: 'refused', subject: self.toString(), reason: `DuplicateIdentityError: ${reason}` })
    events.emit('cluster:duplicate', { peer: self.toString(), instance: key, seenBy: from.toString(), yields })
    if (yields) this.#yield(reason)
  }

  #yield(reason: string): void {
    if (this.#isYielding) return
    this.#isYielding = true
    const hint =
      'give every node an identity of its own: remove identity.key here, or take identity.pool, whose seeds must all use the same leases'
    this.#init.onYield(new DuplicateIdentityError(reason, { hint }))
  }
}

function timeOf(milliseconds: bigint): string {
  const date = new Date(Number(milliseconds))
  return Number.isNaN(date.getTime()) ? 'an unknown time' : date.toISOString()
}
