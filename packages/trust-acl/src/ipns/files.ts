import { createDeadline } from '@waystone/kit'
import { messageOf, nameOf } from '@waystone/kit/error-fields'
import { PeerBlocks } from '../exchange/peer-blocks.ts'
import { CONTENT_DEADLINE_MS, FILE_DEADLINE_MS, FILE_IDLE_MS, MAX_FILE_BYTES } from './constants.ts'
import { IpnsFileNotFoundError } from './errors.ts'
import { IdleDeadline } from './idle-deadline.ts'
import { Newcomers } from './newcomers.ts'
import { isRawCid, requireRawCid } from './raw-block.ts'
import type { PeerId } from '@libp2p/interface'
import type { ContentStore } from '@waystone/interface'
import type { CID } from 'multiformats/cid'
import type { RpcWay } from '../exchange/rpc-way.ts'
import type { KeptBlock, KeptBlocks } from './kept-blocks.ts'
import type { ExchangePeers, IpnsBasics, ShippedCopy, TrustFileEntries } from './parts.ts'

export interface FilesInit extends IpnsBasics {
  kept: KeptBlocks
  entries: TrustFileEntries
  shipped: readonly ShippedCopy[]
  rpc: RpcWay
  peers: ExchangePeers
  /** Connected peers that speak bitswap. */
  holders: ExchangePeers
  /** Absent in a node that keeps no blocks. */
  content: () => ContentStore | undefined
}

export interface FileWanted {
  cid: CID
  path: string
}

export interface FetchedFile {
  readonly bytes: Uint8Array
  /** What others need to read it too, if it is more than one raw block: with the folders on the way. */
  readonly blocks: readonly KeptBlock[]
}

interface FetchOptions {
  signal: AbortSignal
  /** Asked first. */
  from?: PeerId | undefined
}

/** Trust files by CID: from here, or from the content store and from connected peers, side by side. */
export class TrustFiles {
  readonly #init: FilesInit
  readonly #newcomers = new Newcomers()

  constructor(init: FilesInit) {
    this.#init = init
  }

  /** A peer that may have files has come. */
  peerCame(): void {
    this.#newcomers.came()
  }

  /** A block of a trust file that is here, without asking anybody. */
  async local(cid: CID): Promise<Uint8Array | undefined> {
    const kept = await this.#init.kept.get(cid)
    return kept === undefined && isRawCid(cid) ? ((await this.#inUse(cid)) ?? (await this.#shipped(cid))) : kept
  }

  /**
   * The whole file, verified, at most 1 MiB. The first right answer ends the other ways.
   *
   * @throws IpnsFileMismatchError, IpnsFileTooLargeError, IpnsFileNotFoundError, and why the content store cannot read it
   */
  async fetch(wanted: FileWanted, options: FetchOptions): Promise<FetchedFile> {
    const raw = wanted.path === '' && isRawCid(wanted.cid)
    const here = raw ? await this.local(wanted.cid) : undefined
    if (here !== undefined) return { bytes: here, blocks: [] }
    const what = `fetching ${wanted.cid.toString()}`
    using deadline = createDeadline({ ms: FILE_DEADLINE_MS, what, signal: options.signal, clock: this.#init.clock })
    const asking = { from: options.from, signal: deadline.signal }
    try {
      return (await this.#whileAlone(wanted, asking)) ?? (await this.#attempt(wanted, asking))
    } catch (error) {
      options.signal.throwIfAborted()
      throw this.#failure(wanted.cid, error)
    }
  }

  /** An attempt asks whom it finds at its beginning. @returns undefined when there is somebody, at once or meanwhile */
  async #whileAlone(wanted: FileWanted, { from, signal }: FetchOptions): Promise<FetchedFile | undefined> {
    if (from !== undefined) return undefined
    for (;;) {
      // listened to before the look, so that nobody comes in between
      using newcomer = this.#newcomers.next(signal)
      if (await this.#isAnybodyThere()) return undefined
      try {
        return await this.#attempt(wanted, { signal: newcomer.signal })
      } catch (error) {
        if (signal.aborted || !newcomer.signal.aborted) throw error
      }
    }
  }

  async #isAnybodyThere(): Promise<boolean> {
    const { peers, holders } = this.#init
    return (await peers()).length > 0 || (await holders()).length > 0
  }

  async #attempt(wanted: FileWanted, { from, signal }: FetchOptions): Promise<FetchedFile> {
    const losers = new AbortController()
    const asking = { from, signal: AbortSignal.any([signal, losers.signal]) }
    try {
      if (wanted.path !== '' || !isRawCid(wanted.cid)) return await this.#dag(wanted, asking)
      const bytes = await Promise.any([this.#fromContent(wanted, asking), this.#fromPeers(wanted, asking)])
      return { bytes, blocks: [] }
    } finally {
      losers.abort()
    }
  }

  async #fromContent({ cid }: FileWanted, { signal, from }: FetchOptions): Promise<Uint8Array> {
    // a peer that refuses bitswap never says so
    const ending = { ms: CONTENT_DEADLINE_MS, what: 'bitswap', signal, clock: this.#init.clock }
    using deadline = createDeadline(ending)
    const peers = await this.#asked(from)
    return await this.#content().getFile(cid, { maxBytes: MAX_FILE_BYTES, from: peers, signal: deadline.signal })
  }

  async #fromPeers({ cid }: FileWanted, { signal, from }: FetchOptions): Promise<Uint8Array> {
    const bytes = await this.#peerBlocks(from).get(cid, { signal })
    await this.#offer(cid, bytes, signal)
    return bytes
  }

  /** Built of several blocks, or inside a folder: each block may come by another way. */
  async #dag({ cid, path }: FileWanted, { signal, from }: FetchOptions): Promise<FetchedFile> {
    const { clock, kept } = this.#init
    const content = this.#content()
    const peers = this.#peerBlocks(from)
    using idle = new IdleDeadline({ ms: FILE_IDLE_MS, what: `reading ${cid.toString()}`, signal, clock })
    const blocks = new Map<string, KeptBlock>()
    const onBlock = (block: CID, bytes: Uint8Array): void => {
      idle.touch()
      blocks.set(block.toString(), { cid: block, bytes })
    }
    const bytes = await content.getFile(cid, {
      maxBytes: MAX_FILE_BYTES,
      from: await this.#asked(from),
      signal: idle.signal,
      source: async (block, options) => (await kept.get(block)) ?? (await peers.get(block, options)),
      onBlock,
      ...(path !== '' && { path })
    })
    return { bytes, blocks: [...blocks.values()] }
  }

  #peerBlocks(from: PeerId | undefined): PeerBlocks {
    return new PeerBlocks(this.#init.rpc, this.#init.peers, from)
  }

  async #asked(from: PeerId | undefined): Promise<PeerId[]> {
    const peers = await this.#init.holders()
    return from === undefined ? peers : [from, ...peers.filter(peer => !from.equals(peer))]
  }

  #content(): ContentStore {
    const content = this.#init.content()
    if (content !== undefined) return content
    throw new IpnsFileNotFoundError('this node has no content store, without which it reads single raw blocks only', {
      hint: 'set content.enabled, or have the file published as one raw block'
    })
  }

  /** So that others get it over bitswap too. */
  async #offer(cid: CID, bytes: Uint8Array, signal: AbortSignal): Promise<void> {
    await this.#init
      .content()
      ?.putBlock(cid, bytes, { signal })
      .catch((error: unknown) => this.#init.log('the file is not offered as a block - %e', error))
  }

  #failure(cid: CID, error: unknown): unknown {
    const reasons = reasonsOf(error)
    for (const reason of reasons.filter(one => nameOf(one) === 'IpnsFileMismatchError')) {
      this.#init.audit.add({
        kind: 'refused',
        subject: cid.toString(),
        reason: `${nameOf(reason)}: ${messageOf(reason)}`
      })
    }
    const cause = reasons.find(reason => TELLING.has(nameOf(reason)))
    if (cause !== undefined) return cause
    return new IpnsFileNotFoundError(`nobody who was asked has the file ${cid.toString()}`, {
      hint: 'the record is known, so wait for a peer that has its file; the last good version stays in use',
      cause: error
    })
  }

  async #inUse(cid: CID): Promise<Uint8Array | undefined> {
    const { entries } = this.#init
    const text = cid.toString()
    const entry = [...entries.entries()].find(({ status }) => status.cid === text)
    return entry === undefined ? undefined : entries.fileOf(entry.pubkey)?.bytes
  }

  async #shipped(cid: CID): Promise<Uint8Array | undefined> {
    for (const copy of this.#init.shipped) {
      try {
        const { file } = await copy.load()
        await requireRawCid(cid, file)
        return file
      } catch {
        // of another version, or not readable: whoever reads its record says so
      }
    }
    return undefined
  }
}

/** What says more than that the file is not to be had. */
const TELLING: ReadonlySet<string> = new Set([
  'IpnsFileMismatchError',
  'IpnsFileTooLargeError',
  'ContentTooLargeError',
  'ContentTooComplexError',
  'ContentMalformedError',
  'ContentNotAFileError',
  'ContentPathNotFoundError',
  'UnsupportedCidError'
])

/** The errors of all ways, down to those that are no collections of others. */
function reasonsOf(error: unknown): unknown[] {
  if (error instanceof AggregateError) return error.errors.flatMap(reasonsOf)
  const inner = error instanceof Error && error.cause instanceof AggregateError ? reasonsOf(error.cause) : []
  return [error, ...inner]
}
