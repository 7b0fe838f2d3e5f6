import { FILE_POLL_MS } from './constants.ts'
import { readRuleFile } from './read-rule-file.ts'
import type { Clock } from '@waystone/interface'
import type { FileStamp } from './read-rule-file.ts'
import type { RuleList } from './rule-list.ts'

export interface FileSourceInit {
  path: string
  list: RuleList
  clock: Clock
}

/**
 * Keeps a list as its file is. The file is looked at again and again: watching
 * it would miss files that are renamed over it, linked folders and network disks.
 */
export class FileSource {
  readonly #init: FileSourceInit
  #stamp: FileStamp | undefined
  /** What was read last, and what was wrong with it. */
  #last: { readonly text: string; failure?: unknown } | undefined

  constructor(init: FileSourceInit) {
    this.#init = init
  }

  /** Never throws but for the signal: what is wrong with the file is told by the list. */
  async load(signal: AbortSignal): Promise<void> {
    try {
      await this.#look(signal)
    } catch (error) {
      signal.throwIfAborted()
      this.#stamp = undefined
      this.#init.list.fail(error)
    }
  }

  /** Until the signal ends. */
  async follow(signal: AbortSignal): Promise<void> {
    for (;;) {
      await this.#init.clock.sleep(FILE_POLL_MS, { signal })
      await this.load(signal)
    }
  }

  async #look(signal: AbortSignal): Promise<void> {
    const { path, list } = this.#init
    const { stamp, text } = await readRuleFile(path, this.#stamp)
    if (text === undefined) return
    if (text !== this.#last?.text) return this.#take(text, signal)
    // only the second look at a version settles it: two writes in one tick of the disk's clock look the same
    this.#stamp = stamp
    if (this.#last.failure === undefined) list.confirm()
    else list.fail(this.#last.failure)
  }

  async #take(text: string, signal: AbortSignal): Promise<void> {
    const last: { text: string; failure?: unknown } = { text }
    this.#last = last
    try {
      await this.#init.list.replace(text, { signal })
    } catch (failure) {
      last.failure = failure
      throw failure
    }
  }
}
