import { TrustFileEntryNotFoundError } from './errors.ts'
import { RefreshLoop } from './refresh-loop.ts'
import type { KeptBlocks } from './kept-blocks.ts'
import type { RefreshLoopInit } from './refresh-loop.ts'

export interface RefresherInit extends RefreshLoopInit {
  kept: Pick<KeptBlocks, 'retainEntries'>
}

/** One loop for each entry that has a trust file, as entries come and go. */
export class Refresher {
  readonly #init: RefresherInit
  readonly #loops = new Map<string, RefreshLoop>()
  readonly #ended = new Set<Promise<void>>()
  #unfollow: (() => void) | undefined

  constructor(init: RefresherInit) {
    this.#init = init
  }

  start(): void {
    this.#unfollow ??= this.#init.entries.onChange(() => this.#sync())
    this.#sync()
    // entries may have gone while the node did not run
    this.#dropBlocks()
  }

  async stop(): Promise<void> {
    this.#unfollow?.()
    this.#unfollow = undefined
    for (const pubkey of this.#loops.keys()) this.#drop(pubkey)
    await Promise.all(this.#ended)
  }

  peerCame(): void {
    for (const loop of this.#loops.values()) loop.peerCame()
  }

  /** @throws TrustFileEntryNotFoundError, and why the fetch failed */
  async fetch(labelOrPubkey: string, signal: AbortSignal): Promise<void> {
    const entry = this.#init.entries.entry(labelOrPubkey)
    const loop = entry === undefined ? undefined : this.#loops.get(entry.pubkey)
    if (loop !== undefined) return await loop.fetch(signal)
    throw new TrustFileEntryNotFoundError(`there is no trust file with the label or name ${labelOrPubkey}`, {
      hint: 'see `waystone trust ls`; entries of single peers have no file'
    })
  }

  #sync(): void {
    const wanted = this.#followed()
    const gone = [...this.#loops.keys()].filter(pubkey => !wanted.has(pubkey))
    for (const pubkey of gone) this.#drop(pubkey)
    if (gone.length > 0) this.#dropBlocks()
    for (const pubkey of wanted) if (!this.#loops.has(pubkey)) this.#add(pubkey)
  }

  #followed(): Set<string> {
    const files = [...this.#init.entries.entries()].filter(({ kind }) => kind === 'file')
    return new Set(files.map(({ pubkey }) => pubkey))
  }

  #dropBlocks(): void {
    const dropped = this.#init.kept.retainEntries(this.#followed())
    const noted = dropped.catch((error: unknown) => this.#init.log('blocks of old trust files stay - %e', error))
    this.#ended.add(noted)
    void noted.finally(() => this.#ended.delete(noted))
  }

  #add(pubkey: string): void {
    const loop = new RefreshLoop(pubkey, this.#init)
    this.#loops.set(pubkey, loop)
    loop.start()
  }

  #drop(pubkey: string): void {
    const ended = this.#loops.get(pubkey)?.stop() ?? Promise.resolve()
    this.#loops.delete(pubkey)
    this.#ended.add(ended)
    void ended.finally(() => this.#ended.delete(ended))
  }
}
