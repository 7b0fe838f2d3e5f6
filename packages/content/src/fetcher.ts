import { createDeadline } from '@waystone/kit'
import { checkBlock } from './cid-rules.ts'
import { ATTEMPT_MS, FETCH_MS } from './constants.ts'
import { ContentNotFoundError } from './errors.ts'
import { linkSignals } from './link-signals.ts'
import type { AbortOptions, PeerId } from '@libp2p/interface'
import type { Clock, ContentFileOptions } from '@waystone/interface'
import type { CID } from 'multiformats/cid'
import type { AskedPeers } from './bitswap/asked-peers.ts'
import type { BlockSession, Exchange } from './bitswap/exchange.ts'

export interface FetcherInit {
  load: () => Promise<Exchange>
  asked: AskedPeers
  clock: Clock
  /** Asked first. */
  from: readonly PeerId[]
  /** Nobody else is looked for. */
  fromOnly?: boolean | undefined
  /** Asked side by side with everybody. */
  source?: ContentFileOptions['source'] | undefined
}

/** Fetches blocks that belong together, over the network. */
export class Fetcher {
  readonly #init: FetcherInit
  #session: BlockSession | undefined

  constructor(init: FetcherInit) {
    this.#init = init
  }

  /** @throws ContentNotFoundError, BlockHashMismatchError, DeadlineExceededError, or the signal's reason */
  async fetch(cid: CID, options: AbortOptions): Promise<Uint8Array> {
    const what = `fetching ${cid.toString()}`
    using deadline = createDeadline({ ms: FETCH_MS, what, signal: options.signal, clock: this.#init.clock })
    const { source } = this.#init
    if (source === undefined) return await this.#fromPeers(cid, deadline.signal)
    // whoever is first ends the other: a peer that may not give blocks never says so
    using racing = linkSignals(deadline.signal)
    const { signal } = racing
    try {
      return await Promise.any([this.#fromPeers(cid, signal), checked(cid, source(cid, { signal }))])
    } catch (error) {
      deadline.signal.throwIfAborted()
      throw notFound(cid, error)
    }
  }

  async #fromPeers(cid: CID, signal: AbortSignal): Promise<Uint8Array> {
    using _asking = this.#init.asked.during()
    for (;;) {
      signal.throwIfAborted()
      const bytes = await this.#attempt(cid, signal)
      if (bytes !== undefined) return await checked(cid, bytes)
    }
  }

  /** Undefined when it took too long: an answer may have been lost. */
  async #attempt(cid: CID, signal: AbortSignal): Promise<Uint8Array | undefined> {
    using attempt = createDeadline({ ms: ATTEMPT_MS, what: 'one attempt', signal, clock: this.#init.clock })
    // ends, too, what still asks other peers when one has answered
    using asking = linkSignals(attempt.signal)
    try {
      this.#session ??= (await this.#init.load()).session(this.#init.from)
      return await this.#session.retrieve(cid, { signal: asking.signal, fromOnly: this.#init.fromOnly === true })
    } catch (error) {
      this.#session = undefined
      signal.throwIfAborted()
      if (attempt.signal.aborted) return undefined
      throw notFound(cid, error)
    }
  }
}

async function checked(cid: CID, coming: Uint8Array | Promise<Uint8Array>): Promise<Uint8Array> {
  const bytes = await coming
  await checkBlock(cid, bytes)
  return bytes
}

function notFound(cid: CID, cause: unknown): ContentNotFoundError {
  const hint = 'see whether a peer that has it is running and connected'
  return new ContentNotFoundError(`nobody who was asked has ${cid.toString()}`, { hint, cause })
}
