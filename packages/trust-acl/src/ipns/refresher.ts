import { Gathered } from '@waystone/kit'
import { SYNC_WITHIN_MS } from './constants.ts'
import { TrustFileEntryNotFoundError } from './errors.ts'
import { RefreshLoop } from './refresh-loop.ts'
import type { TrustEntry } from '../contract.ts'
import type { KeptBlocks } from './kept-blocks.ts'
import type { RefreshLoopInit } from './refresh-loop.ts'

export interface RefresherInit extends RefreshLoopInit {
  kept: Pick<KeptBlocks, 'retainEntries'>
}

interface Followed {
  loop: RefreshLoop
  /** Of the entry that it was made for. */
  validatedAt: number
}

/** One loop for each entry that has a trust file, as entries come and go. */
export class Refresher {
  readonly #init: RefresherInit
  readonly #loops = new Map<string, Followed>()
  readonly #ended = new Set<Promise<void>>()
  readonly #changes: Gathered
  #unfollow: (() => void) | undefined

  constructor(init: RefresherInit) {
    this.#init = init
    // it looks at all entries: not once for each of 10,000 that are added
    this.#changes = new Gathered({ clock: init.clock, withinMs: SYNC_WITHIN_MS, work: () => this.#sync() })
  }

  start(): void {
    this.#unfollow ??= this.#init.entries.onChange(this.#changes.soon)
    this.#sync()
    // entries may have gone while the node did not run
    this.#dropBlocks()
  }

  async stop(): Promise<void> {
    this.#unfollow?.()
    this.#unfollow = undefined
    this.#changes.clear()
    for (const pubkey of this.#loops.keys()) this.#drop(pubkey)
    await Promise.all(this.#ended)
  }

  peerCame(): void {
    for (const { loop } of this.#loops.values()) loop.peerCame()
  }

  /** @throws TrustFileEntryNotFoundError, and why the fetch failed */
  async fetch(labelOrPubkey: string, signal: AbortSignal): Promise<void> {
    const entry = this.#init.entries.entry(labelOrPubkey)
    // one that was added just now has to wait for nothing
    if (entry?.kind === 'file' && this.#unfollow !== undefined) this.#follow(entry)
    const followed = entry === undefined ? undefined : this.#loops.get(entry.pubkey)
    if (followed !== undefined) return await followed.loop.fetch(signal)
    throw new TrustFileEntryNotFoundError(`there is no trust file with the label or name ${labelOrPubkey}`, {
      hint: 'see `waystone trust ls`; entries of single peers have no file'
    })
  }

  #sync(): void {
    const files = this.#files()
    const wanted = new Set(files.map(({ pubkey }) => pubkey))
    const gone = [...this.#loops.keys()].filter(pubkey => !wanted.has(pubkey))
    for (const pubkey of gone) this.#drop(pubkey)
    if (gone.length > 0) this.#dropBlocks()
    for (const entry of files) this.#follow(entry)
  }

  #files(): TrustEntry[] {
    return [...this.#init.entries.entries()].filter(({ kind }) => kind === 'file')
  }

  /** An entry that was removed and added again is a new one: it does not wait for when the old one was due. */
  #follow(entry: TrustEntry): void {
    const { pubkey, validatedAt } = entry
    const before = this.#loops.get(pubkey)
    if (before !== undefined && (before.validatedAt === validatedAt || !isUntried(entry))) return
    if (before !== undefined) this.#drop(pubkey)
    this.#add(pubkey, validatedAt)
  }

  #dropBlocks(): void {
    const names = new Set(this.#files().map(({ pubkey }) => pubkey))
    const dropped = this.#init.kept.retainEntries(names)
    const noted = dropped.catch((error: unknown) => this.#init.log('blocks of old trust files stay - %e', error))
    this.#ended.add(noted)
    void noted.finally(() => this.#ended.delete(noted))
  }

  #add(pubkey: string, validatedAt: number): void {
    const loop = new RefreshLoop(pubkey, this.#init)
    this.#loops.set(pubkey, { loop, validatedAt })
    loop.start()
  }

  #drop(pubkey: string): void {
    const ended = this.#loops.get(pubkey)?.loop.stop() ?? Promise.resolve()
    this.#loops.delete(pubkey)
    this.#ended.add(ended)
    void ended.finally(() => this.#ended.delete(ended))
  }
}

function isUntried({ fetched, status }: TrustEntry): boolean {
  return fetched === undefined && status.error === undefined && status.nextTryAt === undefined
}
