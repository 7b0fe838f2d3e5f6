import { ipnsNameOf, readPublicKey } from '../model/names.ts'
import { MAX_ENTRIES } from './constants.ts'
import { EntryUnknownError, LabelTakenError, PubkeyTakenError, TooManyEntriesError } from './errors.ts'
import type { HeldEntry, StoredEntry } from './contract.ts'

/** The entries in memory, by public key and by label, both of which are unique. */
export class HeldEntries {
  readonly #held = new Map<string, HeldEntry>()
  readonly #labels = new Map<string, string>()

  get size(): number {
    return this.#held.size
  }

  all(): HeldEntry[] {
    return [...this.#held.values()]
  }

  /** By public key in the form of the database alone. */
  get(pubkey: string): HeldEntry | undefined {
    return this.#held.get(pubkey)
  }

  /** The public key of the entry with a label. */
  holderOf(label: string): string | undefined {
    return this.#labels.get(label)
  }

  /** By label, or by public key in any text form. */
  find(text: string): HeldEntry | undefined {
    return this.#held.get(this.#labels.get(text) ?? text) ?? this.#byKey(text)
  }

  /** As {@link HeldEntries.find}. @throws EntryUnknownError */
  known(text: string): HeldEntry {
    const held = this.find(text)
    if (held === undefined) throw new EntryUnknownError(text)
    return held
  }

  /** Takes an entry in the place of what there was of its key. */
  keep(held: HeldEntry): void {
    this.forget(held.entry.pubkey)
    this.#held.set(held.entry.pubkey, held)
    this.#labels.set(held.entry.label, held.entry.pubkey)
  }

  /** Takes many, which may swap their labels. */
  keepAll(all: readonly HeldEntry[]): void {
    for (const { entry } of all) this.forget(entry.pubkey)
    for (const held of all) this.keep(held)
  }

  forget(pubkey: string): void {
    const held = this.#held.get(pubkey)
    if (held !== undefined) this.#labels.delete(held.entry.label)
    this.#held.delete(pubkey)
  }

  /**
   * @param own - the public key of the entry that is changed, if it is not a new one
   * @throws LabelTakenError, PubkeyTakenError
   */
  assertFree({ label, pubkey }: StoredEntry, own?: string): void {
    const holder = this.#labels.get(label)
    if (holder !== undefined && holder !== own) throw new LabelTakenError(label, holder)
    const other = this.#held.get(pubkey)
    if (other !== undefined && pubkey !== own) throw new PubkeyTakenError(pubkey, other.entry.label)
  }

  /** @throws TooManyEntriesError */
  assertRoom(): void {
    if (this.#held.size < MAX_ENTRIES) return
    throw new TooManyEntriesError(`the trust database has ${MAX_ENTRIES} entries, which is all it takes`, {
      hint: 'remove some'
    })
  }

  #byKey(text: string): HeldEntry | undefined {
    try {
      const key = readPublicKey(text)
      return this.#held.get(key.toString()) ?? this.#held.get(ipnsNameOf(key))
    } catch {
      return undefined
    }
  }
}
