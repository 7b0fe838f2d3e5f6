import { toError } from '@waystone/kit/error-fields'
import { systemClock } from '@waystone/kit'
import { eventsOf } from './database/audit-changes.ts'
import { EndWatch } from './database/end-watch.ts'
import { nodesOf, stateOf, viewOf, voiceOf } from './database/entry.ts'
import { openDatabase } from './database/open-database.ts'
import { TrustStore } from './database/store.ts'
import { decide, levelOf } from './decide/decide.ts'
import { Grants } from './decide/grants.ts'
import { knownNodes } from './decide/known-nodes.ts'
import { PeerIndex } from './decide/peer-index.ts'
import { allFunctions, reportOn } from './decide/report.ts'
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
  TrustSubject
} from '@waystone/interface'
import type { AuditSink, FetchedTrustFile, TrustEntry } from './contract.ts'
import type {
  DatabaseChange,
  Ended,
  HeldEntry,
  StatusChange,
  TrustEntryChange,
  TrustEntryInit
} from './database/contract.ts'
import type { TrustDatabase } from './database/trust-database.ts'
import type { RatedLevel } from './decide/contract.ts'
import type { DecisionView } from './decide/view.ts'
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
  /** What ratings of others say of a peer in base58; set by whoever collects them. */
  ratedLevel: RatedLevel = () => undefined
  /** Peers that nobody but ratings name, and where they are; set by the same. */
  ratedNodes: () => readonly TrustedNode[] = () => []
  readonly #clock: Clock
  readonly #audit: AuditSink | undefined
  readonly #log: Logger | undefined
  readonly #view: DecisionView
  readonly #listeners = new Listeners(error => this.#log?.error('a listener failed - %e', toError(error)))
  readonly #ends: EndWatch
  readonly #unfollowRules: (() => void) | undefined
  #database: TrustDatabase | undefined

  /** Reads the trust database; what of it is broken is logged and left out. */
  static async open(init: TrustAclInit): Promise<TrustAcl> {
    const acl = new TrustAcl(init)
    await acl.#open(init)
    return acl
  }

  private constructor({ self, config = {}, rules, audit, logger, clock = systemClock }: TrustAclInit) {
    this.#clock = clock
    this.#audit = audit
    this.#log = logger?.forComponent('waystone:trust')
    this.matrix = new FunctionMatrix(config.matrix)
    const ratedLevel: RatedLevel = peer => this.ratedLevel(peer)
    const grants = new Grants(config.grants)
    this.#view = { self: self.toString(), index: new PeerIndex(), matrix: this.matrix, grants, rules, ratedLevel }
    this.#unfollowRules = rules?.onChange(() => this.#listeners.call())
    this.#ends = new EndWatch({
      clock,
      onChange: ceased => this.#onTime(ceased),
      onFinal: (held, ended) => this.#makeFinal(held, ended)
    })
  }

  decide(subject: TrustSubject, trustFunction: string): TrustDecision {
    const decision = this.explain(subject, trustFunction)
    if (!decision.allow) this.#audit?.denied(subject, trustFunction, decision)
    return decision
  }

  explain(subject: TrustSubject, trustFunction: string): TrustDecision {
    return decide(this.#view, subject, trustFunction, this.#clock.now())
  }

  levelOf(peer: PeerId): TrustLevel {
    return levelOf(this.#view, peer.toString(), this.#clock.now())
  }

  nodes(trustFunction: string): TrustedNode[] {
    const known = knownNodes(this.#view, trustFunction, this.#clock.now())
    const rated = this.ratedNodes().filter(({ id }) => this.#view.index.get(id) === undefined)
    return [...known, ...rated.filter(({ peer }) => this.explain({ peer }, trustFunction).allow)]
  }

  grant(trustFunction: string, grantees: TrustGrantees): () => void {
    const revoke = this.#view.grants.grant(trustFunction, grantees)
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
    this.#listeners.call()
  }

  /** All that `waystone trust explain` shows of a peer; nothing is counted. @param trustFunction - default: all */
  report(subject: TrustSubject, trustFunction?: string): TrustReport {
    const functions = trustFunction === undefined ? allFunctions(this.#view) : [trustFunction]
    return reportOn(this.#view, subject, functions, this.#clock.now())
  }

  /** In no order. */
  entries(): TrustEntry[] {
    const now = this.#clock.now()
    return this.#entries.all().map(held => viewOf(held, now))
  }

  /** @param labelOrPubkey - public keys in any usual text form */
  entry(labelOrPubkey: string): TrustEntry | undefined {
    const held = this.#entries.find(labelOrPubkey)
    return held === undefined ? undefined : viewOf(held, this.#clock.now())
  }

  /**
   * @throws LabelInvalidError, LabelTakenError, PubkeyInvalidError, PubkeyTakenError, TrustLevelUnknownError
   * @throws TrustFunctionInvalidError, LifetimeInvalidError, EntryAddressInvalidError, TooManyEntriesError
   */
  async add(init: TrustEntryInit): Promise<TrustEntry> {
    return this.#shown(await this.#entries.add(init))
  }

  /** @throws EntryUnknownError, and those of {@link TrustAcl.add} */
  async set(labelOrPubkey: string, change: TrustEntryChange): Promise<TrustEntry> {
    return this.#shown(await this.#entries.set(labelOrPubkey, change))
  }

  /** @throws EntryUnknownError */
  async remove(labelOrPubkey: string): Promise<void> {
    await this.#entries.remove(labelOrPubkey)
  }

  /**
   * Takes a trust file that was fetched and verified; also again the same one, which is then fresh.
   *
   * @throws EntryUnknownError, TrustFileRefusedError, TrustFileOutdatedError
   */
  async setFile(pubkey: string, fetched: FetchedTrustFile): Promise<TrustEntry> {
    return this.#shown(await this.#entries.setFile(pubkey, fetched))
  }

  /** Notes how the last attempt to refresh went; listeners are not told. @throws EntryUnknownError */
  async setStatus(pubkey: string, status: StatusChange): Promise<void> {
    await this.#entries.setStatus(pubkey, status)
  }

  /** The trust file that an entry has, also when it is too old to be used. */
  fileOf(pubkey: string): HeldTrustFile | undefined {
    const file = this.#entries.find(pubkey)?.file
    return file === undefined ? undefined : { file: file.file, bytes: file.bytes, record: file.record }
  }

  /** Ends timers and waits for what is being written; the datastore may then be closed. Safe twice. */
  async close(): Promise<void> {
    this.#ends.close()
    this.#unfollowRules?.()
    await this.#entries.close()
  }

  get #entries(): TrustDatabase {
    if (this.#database === undefined) throw new TypeError('the trust database is not open yet')
    return this.#database
  }

  async #open({ datastore, config = {} }: TrustAclInit): Promise<void> {
    this.#database = await openDatabase({
      store: new TrustStore(datastore),
      clock: this.#clock,
      config,
      onChange: change => this.#onChange(change),
      onFault: fault => this.#log?.error(fault)
    })
    for (const held of this.#database.all()) this.#learn(held)
  }

  #shown(held: HeldEntry): TrustEntry {
    return viewOf(held, this.#clock.now())
  }

  #learn(held: HeldEntry): void {
    this.#view.index.set(voiceOf(held), nodesOf(held))
    this.#ends.put(held)
  }

  #forget(pubkey: string): void {
    this.#view.index.delete(pubkey)
    this.#ends.delete(pubkey)
  }

  #onChange(change: DatabaseChange): void {
    // taken from the config while it opens
    if (this.#database === undefined) return
    const { before, after } = change
    if (after !== undefined) this.#learn(after)
    else if (before !== undefined) this.#forget(before.entry.pubkey)
    for (const event of eventsOf(change)) this.#audit?.add(event)
    this.#listeners.call()
  }

  #onTime(ceased: readonly HeldEntry[]): void {
    const now = this.#clock.now()
    for (const held of ceased) {
      const reason = stateOf(held, now) === 'expired' ? 'its trust-lifetime ended' : 'its cache-lifetime ended'
      this.#audit?.add({ kind: 'expired', subject: held.entry.label, reason })
    }
    this.#listeners.call()
  }

  #makeFinal({ entry: { pubkey, label } }: HeldEntry, ended: Ended): void {
    void this.#entries
      .end(pubkey, ended)
      .then(() => {
        const held = this.#entries.find(pubkey)
        if (held !== undefined) this.#learn(held)
      })
      .catch(error => this.#log?.error('the end of "%s" could not be stored - %e', label, toError(error)))
  }
}
