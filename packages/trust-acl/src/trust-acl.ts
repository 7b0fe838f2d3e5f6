import { toError } from '@waystone/kit/error-fields'
import { systemClock } from '@waystone/kit'
import { DatabaseWatch } from './database/database-watch.ts'
import { nodesOf, viewOf, voiceOf } from './database/entry.ts'
import { Decisions } from './decide/decisions.ts'
import { Grants } from './decide/grants.ts'
import { Listeners } from './listeners.ts'
import { FunctionMatrix } from './model/matrix.ts'
import type { Logger, PeerId } from '@libp2p/interface'
import type {
  Clock,
  NodeTrust,
  TrustDecision,
  TrustedNode,
  TrustGrantees,
  TrustLevel,
  ExplainedSubject,
  TrustSubject
} from '@waystone/interface'
import type { AuditSink, FetchedTrustFile, TrustEntry } from './contract.ts'
import type {
  AddAllOptions,
  AddedAll,
  HeldEntry,
  StatusChange,
  TrustEntryChange,
  TrustEntryInit
} from './database/contract.ts'
import type { RatedLevel } from './decide/contract.ts'
import type { TrustReport } from './decide/report.ts'
import type { HeldTrustFile, TrustAclInit } from './trust-acl-contract.ts'

/**
 * Whom this node trusts, and what that means: the entries of its operator, the
 * nodes of their trust files, and the one matrix of levels and functions.
 * Each change is on disk before it counts, and told to {@link TrustAcl.onChange}.
 */
export class TrustAcl implements NodeTrust {
  /** The function matrix in force. */
  readonly matrix: FunctionMatrix
  /** Peers that nobody but ratings name, and where they are; set by whoever collects ratings. */
  ratedNodes: () => readonly TrustedNode[] = () => []
  readonly #clock: Clock
  readonly #audit: AuditSink | undefined
  readonly #log: Logger | undefined
  readonly #decisions: Decisions
  readonly #watch: DatabaseWatch
  readonly #listeners = new Listeners(error => this.#log?.error('a listener failed - %e', toError(error)))
  readonly #unfollowRules: (() => void) | undefined
  #ratedLevel: RatedLevel = () => undefined

  /** Reads the trust database; what of it is broken is logged and left out. */
  static async open(init: TrustAclInit): Promise<TrustAcl> {
    const acl = new TrustAcl(init)
    await acl.#watch.open(init.datastore, init.config ?? {})
    return acl
  }

  private constructor({ self, config = {}, rules, audit, logger, clock = systemClock }: TrustAclInit) {
    this.#clock = clock
    this.#audit = audit
    this.#log = logger?.forComponent('waystone:trust')
    this.matrix = new FunctionMatrix(config.matrix)
    const ratedLevel: RatedLevel = peer => this.#ratedLevel(peer)
    const parts = { matrix: this.matrix, grants: new Grants(config.grants), rules, ratedLevel, clock }
    const decisions = (this.#decisions = new Decisions({ self: self.toString(), ...parts }))
    this.#unfollowRules = rules?.onChange(() => this.#listeners.call())
    this.#watch = new DatabaseWatch({
      clock,
      audit,
      log: this.#log,
      learn: held => decisions.learn(voiceOf(held), nodesOf(held)),
      forget: pubkey => decisions.forget(pubkey),
      tell: () => this.#listeners.call()
    })
  }

  /** What ratings of others say of a peer in base58; set by whoever collects them. */
  get ratedLevel(): RatedLevel {
    return this.#ratedLevel
  }

  set ratedLevel(ratedLevel: RatedLevel) {
    this.#ratedLevel = ratedLevel
    this.#decisions.ratingsChanged()
  }

  decide(subject: TrustSubject, trustFunction: string): TrustDecision {
    const decision = this.#decisions.explain(subject, trustFunction)
    if (!decision.allow) this.#audit?.denied(subject, trustFunction, decision)
    return decision
  }

  explain(subject: ExplainedSubject, trustFunction: string): TrustDecision {
    return this.#decisions.explain(subject, trustFunction)
  }

  levelOf(peer: PeerId): TrustLevel {
    return this.#decisions.levelOf(peer)
  }

  /** The same list again while nothing has changed; the first time takes some 100 ms for 100,000 nodes. */
  nodes(trustFunction: string): readonly TrustedNode[] {
    return this.#decisions.nodes(trustFunction, this.ratedNodes())
  }

  grant(trustFunction: string, grantees: TrustGrantees): () => void {
    const revoke = this.#decisions.grant(trustFunction, grantees)
    this.#listeners.call()
    return () => {
      revoke()
      this.#listeners.call()
    }
  }

  onChange(listener: () => void): () => void {
    return this.#listeners.add(listener)
  }

  /** Tells listeners that ratings give some peer another level than before. */
  ratingsChanged(): void {
    this.#decisions.ratingsChanged()
    this.#listeners.call()
  }

  /** All that `waystone trust explain` shows of a peer; nothing is counted. @param trustFunction - default: all */
  report(subject: TrustSubject, trustFunction?: string): TrustReport {
    return this.#decisions.report(subject, trustFunction)
  }

  /** In no order. */
  entries(): TrustEntry[] {
    return this.#watch.database.all().map(held => this.#shown(held))
  }

  /** @param labelOrPubkey - public keys in any usual text form */
  entry(labelOrPubkey: string): TrustEntry | undefined {
    const held = this.#watch.database.find(labelOrPubkey)
    return held === undefined ? undefined : this.#shown(held)
  }

  /**
   * @throws LabelInvalidError, LabelTakenError, PubkeyInvalidError, PubkeyTakenError, TrustLevelUnknownError
   * @throws TrustFunctionInvalidError, LifetimeInvalidError, EntryAddressInvalidError, TooManyEntriesError
   */
  async add(init: TrustEntryInit): Promise<TrustEntry> {
    return this.#shown(await this.#watch.database.add(init))
  }

  /**
   * Takes many entries at once: all of them, or none. Listeners are told once.
   *
   * @throws BatchRefusedError - says which one is wrong
   * @throws TooManyEntriesError, and the reason of the signal
   */
  async addAll(inits: readonly TrustEntryInit[], options?: AddAllOptions): Promise<AddedAll> {
    return await this.#watch.database.addAll(inits, options)
  }

  /** @throws EntryUnknownError, and those of {@link TrustAcl.add} */
  async set(labelOrPubkey: string, change: TrustEntryChange): Promise<TrustEntry> {
    return this.#shown(await this.#watch.database.set(labelOrPubkey, change))
  }

  /** @throws EntryUnknownError */
  async remove(labelOrPubkey: string): Promise<void> {
    await this.#watch.database.remove(labelOrPubkey)
  }

  /**
   * Takes a trust file that was fetched and verified; also again the same one, which is then fresh, of which nobody is told.
   *
   * @throws EntryUnknownError, TrustFileRefusedError, TrustFileOutdatedError
   */
  async setFile(pubkey: string, fetched: FetchedTrustFile): Promise<TrustEntry> {
    return this.#shown(await this.#watch.database.setFile(pubkey, fetched))
  }

  /** Notes how the last attempt to refresh went; listeners are not told. @throws EntryUnknownError */
  async setStatus(pubkey: string, status: StatusChange): Promise<void> {
    await this.#watch.database.setStatus(pubkey, status)
  }

  /** The trust file that an entry has, also when it is too old to be used. */
  fileOf(pubkey: string): HeldTrustFile | undefined {
    const file = this.#watch.database.find(pubkey)?.file
    return file === undefined ? undefined : { file: file.file, bytes: file.bytes, record: file.record }
  }

  /** Ends timers and waits for what is being written; the datastore may then be closed. Safe twice. */
  async close(): Promise<void> {
    this.#unfollowRules?.()
    await this.#watch.close()
  }

  #shown(held: HeldEntry): TrustEntry {
    return viewOf(held, this.#clock.now())
  }
}
