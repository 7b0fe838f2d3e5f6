import { abortable } from '@waystone/kit'
import { messageOf } from '@waystone/kit/error-fields'
import { readMembers } from './read-members.ts'
import type { AbortOptions, Logger, PeerId } from '@libp2p/interface'
import type { ClusterFile, ClusterMember, ClusterMembership } from '@waystone/interface'
import type { MembershipTrust, MembersRead } from './read-members.ts'

/** Looks for newer trust files; the service `trustAcl`. */
export interface TrustFileFetcher {
  fetchEntry(labelOrPubkey: string, options?: AbortOptions): Promise<void>
}

export interface TrustMembershipInit {
  name: string
  /** In any usual text form. */
  key: string
  trust: MembershipTrust
  log: Logger
}

/** The members of a cluster: the nodes that the trust database has of the entry with the cluster's key. */
export class TrustMembership implements ClusterMembership {
  readonly name: string
  readonly key: string
  readonly #init: TrustMembershipInit
  readonly #listeners = new Set<{ call: () => void }>()
  #read: MembersRead | undefined
  #turn: Promise<void> = Promise.resolve()
  #unfollow: (() => void) | undefined
  #fetcher: TrustFileFetcher | undefined
  #refreshing: Promise<void> | undefined
  /** Why the last look brought nothing. */
  #failure: string | undefined

  /** Reads what the trust database has now. */
  static async open(init: TrustMembershipInit): Promise<TrustMembership> {
    const { parseIpnsName } = await import('@waystone/trust-acl/offline')
    const membership = new TrustMembership({ ...init, key: parseIpnsName(init.key).text })
    membership.#unfollow = init.trust.onChange(() => void membership.#follow())
    await membership.#follow()
    return membership
  }

  private constructor(init: TrustMembershipInit) {
    this.#init = init
    this.name = init.name
    this.key = init.key
  }

  /** From here on {@link TrustMembership.refresh} has somebody who looks. */
  fetchBy(fetcher: TrustFileFetcher | undefined): void {
    this.#fetcher = fetcher
  }

  file(): ClusterFile | undefined {
    // the same nodes under a newer record are no change of trust, and nobody is told
    if (this.#read !== undefined && this.#read.record !== this.#init.trust.fileOf(this.key)?.record) void this.#follow()
    if (this.#read === undefined) return undefined
    const { sequence, validUntil } = this.#read
    const { fetched, status } = this.#init.trust.entry(this.key) ?? {}
    return { sequence, validUntil, ...(fetched !== undefined && status?.via !== 'shipped' && { fetched }) }
  }

  members(): readonly ClusterMember[] {
    return this.#read?.members ?? []
  }

  has(peer: PeerId): boolean {
    return this.#read?.ids.has(peer.toString()) ?? false
  }

  async refresh({ signal }: AbortOptions = {}): Promise<void> {
    signal?.throwIfAborted()
    this.#refreshing ??= this.#refresh().finally(() => (this.#refreshing = undefined))
    await (signal === undefined ? this.#refreshing : abortable(this.#refreshing, signal))
  }

  onChange(call: () => void): () => void {
    const listener = { call }
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  /** Follows the trust database no longer. Safe twice. */
  close(): void {
    this.#unfollow?.()
    this.#unfollow = undefined
  }

  /** Whoever asks shares one look: it ends by its own deadlines and when the node stops. */
  async #refresh(): Promise<void> {
    try {
      await this.#fetcher?.fetchEntry(this.key)
    } catch (error) {
      this.#noteFailure(messageOf(error))
    }
    await this.#follow()
  }

  /** Once for each reason: whoever is turned away makes somebody look. */
  #noteFailure(reason: string): void {
    if (reason !== this.#failure) this.#init.log('no newer trust file of the cluster - %s', reason)
    this.#failure = reason
  }

  /** One after the other: a record that takes long to read must not take the place of a later one. */
  async #follow(): Promise<void> {
    this.#turn = this.#turn.then(async () => await this.#take())
    await this.#turn
  }

  async #take(): Promise<void> {
    try {
      const before = this.#read
      this.#read = await readMembers(this.#init.trust, this.key, before)
      if (this.#read !== before) this.#tell()
    } catch (error) {
      this.#init.log.error('the trust file of the cluster cannot be read - %s', messageOf(error))
    }
  }

  #tell(): void {
    for (const { call } of this.#listeners) {
      try {
        call()
      } catch (error) {
        this.#init.log.error('a listener failed - %s', messageOf(error))
      }
    }
  }
}
