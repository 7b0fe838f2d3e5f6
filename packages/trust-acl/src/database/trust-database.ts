import { checkAll, planAll } from './add-all.ts'
import { changeEntry, createEntry } from './entry.ts'
import { HeldEntries } from './held-entries.ts'
import { Turns } from './turns.ts'
import { withFile } from './with-file.ts'
import type { Clock } from '@waystone/interface'
import type { FetchedTrustFile } from '../contract.ts'
import type {
  AddAllOptions,
  AddedAll,
  DatabaseChange,
  Ended,
  HeldEntry,
  StatusChange,
  StoredEntry,
  TrustEntryChange,
  TrustEntryInit
} from './contract.ts'
import type { TrustStore } from './store.ts'

export interface TrustDatabaseInit {
  store: TrustStore
  clock: Clock
  /** Called when changes are on disk, with all that were made at once. */
  onChange: (changes: readonly DatabaseChange[]) => void
  /** Public keys that the config names: to be remembered when they are removed. */
  isConfigured: (pubkey: string) => boolean
}

/** The entries in memory; each change is on disk before it is seen. One change after the other. */
export class TrustDatabase {
  readonly #init: TrustDatabaseInit
  readonly #entries = new HeldEntries()
  readonly #turns = new Turns()

  constructor(init: TrustDatabaseInit) {
    this.#init = init
  }

  /** Takes what is on disk already, or is never to be there. @throws LabelTakenError */
  hold(held: HeldEntry): void {
    this.#entries.assertFree(held.entry)
    this.#entries.keep(held)
  }

  all(): HeldEntry[] {
    return this.#entries.all()
  }

  /** By label, or by public key in any text form. */
  find(text: string): HeldEntry | undefined {
    return this.#entries.find(text)
  }

  /** By public key in the form of the database alone. */
  get(pubkey: string): HeldEntry | undefined {
    return this.#entries.get(pubkey)
  }

  async add(init: TrustEntryInit, source: StoredEntry['source'] = 'operator'): Promise<HeldEntry> {
    return await this.#turns.take(async () => {
      const entry = createEntry(init, source, this.#init.clock.now())
      this.#entries.assertFree(entry)
      this.#entries.assertRoom()
      return await this.#store('added', { entry, file: undefined, stored: true })
    })
  }

  /** All or nothing, in one batch of the datastore. What is there is looked at when it is their turn. */
  async addAll(inits: readonly TrustEntryInit[], options: AddAllOptions = {}): Promise<AddedAll> {
    const { existing = 'refuse', signal } = options
    const checked = await checkAll(inits, this.#init.clock.now(), signal)
    return await this.#turns.take(async () => {
      signal?.throwIfAborted()
      const changes = planAll(this.#entries, checked, existing)
      const all = changes.map(({ after }) => after)
      if (all.length > 0)
        await this.#init.store.putEntries(
          all.map(({ entry }) => entry),
          signal
        )
      this.#entries.keepAll(all)
      if (all.length > 0) this.#init.onChange(changes)
      const added = changes.filter(({ kind }) => kind === 'added').length
      return { added, replaced: all.length - added, skipped: inits.length - all.length }
    })
  }

  async set(text: string, change: TrustEntryChange): Promise<HeldEntry> {
    return await this.#turns.take(async () => {
      const before = this.#entries.known(text)
      const entry = changeEntry(before.entry, change, this.#init.clock.now())
      this.#entries.assertFree(entry, before.entry.pubkey)
      return await this.#store('changed', { ...before, entry, stored: true })
    })
  }

  async remove(text: string): Promise<void> {
    await this.#turns.take(async () => {
      const before = this.#entries.known(text)
      const { pubkey, source } = before.entry
      if (source === 'config' || this.#init.isConfigured(pubkey)) await this.#init.store.putSeen(pubkey)
      await this.#init.store.delete(pubkey)
      this.#entries.forget(pubkey)
      this.#init.onChange([{ kind: 'removed', before, after: undefined }])
    })
  }

  /** @throws EntryUnknownError, TrustFileRefusedError, TrustFileOutdatedError */
  async setFile(pubkey: string, fetched: FetchedTrustFile): Promise<HeldEntry> {
    return await this.#turns.take(async () => {
      const before = this.#entries.known(pubkey)
      const after = withFile(before, fetched, this.#init.clock.now())
      if (after.file !== undefined) await this.#init.store.putFile(before.entry.pubkey, after.file)
      return await this.#store('fetched', after)
    })
  }

  async setStatus(pubkey: string, change: StatusChange): Promise<void> {
    await this.#turns.take(async () => await this.#patch(this.#entries.known(pubkey), change))
  }

  /** Makes an end final: it then stays whatever the clock says. @returns the entry, if it is still there */
  async end(pubkey: string, ended: Ended): Promise<HeldEntry | undefined> {
    return await this.#turns.take(async () => {
      const held = this.#entries.get(pubkey)
      if (held !== undefined && held.entry.ended === undefined) await this.#patch(held, { ended })
      return this.#entries.get(pubkey)
    })
  }

  /** Waits for what is being written; later changes are refused. */
  async close(): Promise<void> {
    await this.#turns.close()
  }

  async #patch(before: HeldEntry, change: StatusChange & Pick<StoredEntry, 'ended'>): Promise<void> {
    const after = { ...before, entry: { ...before.entry, ...change } }
    if (before.stored) await this.#init.store.putEntry(after.entry)
    this.#entries.keep(after)
  }

  async #store(kind: DatabaseChange['kind'], after: HeldEntry): Promise<HeldEntry> {
    const before = this.#entries.get(after.entry.pubkey)
    if (after.stored) await this.#init.store.putEntry(after.entry)
    this.#entries.keep(after)
    this.#init.onChange([{ kind, before, after }])
    return after
  }
}
