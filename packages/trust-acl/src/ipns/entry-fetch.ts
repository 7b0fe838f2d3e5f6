import { messageOf, nameOf } from '@waystone/kit/error-fields'
import { parseTrustFile } from '../trust-file/parse-trust-file.ts'
import { checkShipped } from './check-shipped.ts'
import { follow } from './follow.ts'
import { parseIpnsName } from './name.ts'
import { verifyRecord } from './record.ts'
import type { PeerId } from '@libp2p/interface'
import type { TrustEntry } from '../contract.ts'
import type { FetchCounts } from './fetch-counts.ts'
import type { FollowedName } from './follow.ts'
import type { FetchedFile, TrustFiles } from './files.ts'
import type { KeptBlocks } from './kept-blocks.ts'
import type { IpnsBasics, ShippedCopy, TrustFileEntries } from './parts.ts'
import type { SignedIpnsRecord } from './record.ts'
import type { RecordStore } from './record-store.ts'
import type { FindRecordOptions, FoundRecord, Resolver } from './resolver.ts'

export interface EntryFetchInit extends IpnsBasics {
  entries: TrustFileEntries
  shipped: readonly ShippedCopy[]
  records: RecordStore
  resolver: Resolver
  files: TrustFiles
  kept: KeptBlocks
  counts: Pick<FetchCounts, 'add'>
}

/** Nothing is wrong with what came: something has not come. */
const MISSING: ReadonlySet<string> = new Set(['IpnsNotFoundError', 'IpnsFileNotFoundError'])

type FileEntry = Pick<TrustEntry, 'label' | 'pubkey'>

interface UseOptions extends FindRecordOptions {
  /** Asked for the file before others. */
  from?: PeerId | undefined
}

/** Brings the trust file of an entry up to date, once. */
export class EntryFetch {
  readonly #init: EntryFetchInit
  /** Entries whose shipped copy was looked at before anything else, by key. */
  readonly #early = new Set<string>()
  /** Why a shipped copy is not used, as the log says it already. */
  readonly #told = new Map<string, string>()

  constructor(init: EntryFetchInit) {
    this.#init = init
  }

  /** @throws what was wrong with the record or the file; what was in use before stays in use */
  async fetch(entry: FileEntry, { signal }: { signal: AbortSignal }): Promise<void> {
    const { resolver } = this.#init
    const name = parseIpnsName(entry.pubkey)
    const onLate = (found: FoundRecord): void => void this.#takeLate(entry, found, signal)
    const options = { signal, subject: entry.label, onLate }
    const found = await resolver.find(name, options)
    await this.#use(entry, found, options)
  }

  /** Takes a verified record that a peer brought; its file is asked for there first. @throws as {@link EntryFetch.fetch} */
  async take(
    entry: FileEntry,
    record: SignedIpnsRecord,
    { signal, from }: { signal: AbortSignal; from: PeerId }
  ): Promise<void> {
    await this.#use(entry, { record, via: 'rpc' }, { signal, from, subject: entry.label })
  }

  /** As {@link EntryFetch.fetchShipped}, which then has nothing left to do when it is called for this entry the next time. */
  async fetchShippedFirst(entry: FileEntry): Promise<void> {
    await this.fetchShipped(entry)
    this.#early.add(entry.pubkey)
  }

  /** Takes the copy that came with the config, if there is one and it is newer than what is known. */
  async fetchShipped(entry: FileEntry): Promise<void> {
    if (this.#early.delete(entry.pubkey)) return
    const copy = this.#init.shipped.find(({ pubkey }) => isSame(pubkey, entry.pubkey))
    if (copy === undefined) return
    try {
      await this.#useShipped(entry, copy)
      this.#init.counts.add('shipped', 'found')
    } catch (error) {
      this.#init.counts.add('shipped', 'refused')
      this.#refused(entry, error)
      this.#tellShipped(entry, copy, error)
    }
  }

  /** To the log, once for each reason: whoever lacks the file waits for others to bring it, and should know why. */
  #tellShipped({ label }: FileEntry, { pubkey, where = 'its files' }: ShippedCopy, error: unknown): void {
    const reason = `${nameOf(error)}: ${messageOf(error)}`
    // an older copy is what everybody has after a while
    if (nameOf(error) === 'IpnsSequenceError' || this.#told.get(pubkey) === reason) return
    this.#told.set(pubkey, reason)
    this.#init.log.error('the trust file of %s that came with the config is not used (%s) - %s', label, where, reason)
  }

  async #useShipped(entry: FileEntry, copy: ShippedCopy): Promise<void> {
    const { records, clock } = this.#init
    const { record: bytes, file } = await copy.load()
    const record = await verifyRecord(parseIpnsName(entry.pubkey), bytes, clock.now())
    if ((await records.held(record.name))?.sequence === record.sequence) return
    // an older one is told: it is out of date, or somebody wants the old version back
    await records.newest(record)
    const cid = await checkShipped(record, file)
    const followed = { found: { record, via: 'shipped' as const }, cid, path: '' }
    await this.#set(entry, followed, { bytes: file, blocks: [] })
  }

  async #use(entry: FileEntry, found: FoundRecord, options: UseOptions): Promise<void> {
    const { signal, from } = options
    try {
      const followed = await follow(this.#init.resolver, found, options)
      await this.#set(entry, followed, await this.#init.files.fetch(followed, { signal, from }))
    } catch (error) {
      signal.throwIfAborted()
      if (!MISSING.has(nameOf(error))) this.#refused(entry, error)
      throw error
    }
  }

  async #set({ pubkey }: FileEntry, { found, cid }: FollowedName, { bytes, blocks }: FetchedFile): Promise<void> {
    const { record, via } = found
    const { records, entries, kept } = this.#init
    const file = parseTrustFile(bytes)
    await records.keep(record)
    const { sequence, ttl } = record
    await entries.setFile(pubkey, { file, bytes, cid, record: record.record, sequence, ttl, via })
    await kept.put(`entry/${pubkey}`, blocks)
  }

  async #takeLate(entry: FileEntry, found: FoundRecord, signal: AbortSignal): Promise<void> {
    try {
      await this.#use(entry, found, { signal, subject: entry.label })
    } catch (error) {
      if (!signal.aborted) this.#init.log('a late record of %s is not used - %e', entry.label, error)
    }
  }

  #refused({ label }: FileEntry, error: unknown): void {
    this.#init.audit.add({ kind: 'refused', subject: label, reason: `${nameOf(error)}: ${messageOf(error)}` })
  }
}

function isSame(a: string, b: string): boolean {
  return a === b || parseIpnsName(a).text === parseIpnsName(b).text
}
