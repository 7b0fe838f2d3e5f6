import { TrustFileEntryNotFoundError } from './errors.ts'
import { RefreshLoop } from './refresh-loop.ts'
import type { RefreshLoopInit } from './refresh-loop.ts'

/** One loop for each entry that has a trust file, as entries come and go. */
export class Refresher {
  readonly #init: RefreshLoopInit
  readonly #loops = new Map<string, RefreshLoop>()
  readonly #ended = new Set<Promise<void>>()
  #unfollow: (() => void) | undefined

  constructor(init: RefreshLoopInit) {
    this.#init = init
  }

  start(): void {
    this.#unfollow ??= this.#init.entries.onChange(() => this.#sync())
    this.#sync()
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
    const files = [...this.#init.entries.entries()].filter(({ kind }) => kind === 'file')
    const wanted = new Set(files.map(({ pubkey }) => pubkey))
    for (const pubkey of this.#loops.keys()) if (!wanted.has(pubkey)) this.#drop(pubkey)
    for (const pubkey of wanted) if (!this.#loops.has(pubkey)) this.#add(pubkey)
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
