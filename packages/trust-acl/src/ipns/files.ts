import { createDeadline } from '@waystone/kit'
import { messageOf, nameOf } from '@waystone/kit/error-fields'
import { FILE_DEADLINE_MS, MAX_FILE_BYTES, MAX_PARALLEL_FILES } from './constants.ts'
import { IpnsFileNotFoundError } from './errors.ts'
import { isRawCid, requireRawCid } from './raw-block.ts'
import type { PeerId } from '@libp2p/interface'
import type { ContentStore } from '@waystone/interface'
import type { CID } from 'multiformats/cid'
import type { RpcWay } from '../exchange/rpc-way.ts'
import type { CarriedNames } from './carried.ts'
import type { ExchangePeers, IpnsBasics, ShippedCopy, TrustFileEntries } from './parts.ts'

export interface FilesInit extends IpnsBasics {
  carried: CarriedNames
  entries: TrustFileEntries
  shipped: readonly ShippedCopy[]
  rpc: RpcWay
  peers: ExchangePeers
  /** Absent in a node that keeps no blocks. */
  content: () => ContentStore | undefined
}

export interface FileWanted {
  cid: CID
  path: string
}

/** Trust files by CID: from here, from the content store, or from the next peer. */
export class TrustFiles {
  readonly #init: FilesInit

  constructor(init: FilesInit) {
    this.#init = init
  }

  /** What is here, without asking anybody. */
  async local(cid: CID): Promise<Uint8Array | undefined> {
    const { carried, entries } = this.#init
    const text = cid.toString()
    for (const { pubkey, status } of entries.entries()) {
      if (status.cid === text) return entries.fileOf(pubkey)?.bytes
    }
    return (await carried.file(cid)) ?? (await this.#shipped(cid))
  }

  /**
   * The whole file, verified, at most 1 MiB.
   *
   * @param from - asked first
   * @throws IpnsFileMismatchError, IpnsFileTooLargeError, IpnsFileNotFoundError
   */
  async fetch({ cid, path }: FileWanted, options: { signal: AbortSignal; from?: PeerId }): Promise<Uint8Array> {
    const here = path === '' ? await this.local(cid) : undefined
    if (here !== undefined) return here
    const { clock } = this.#init
    const what = `fetching ${cid.toString()}`
    using deadline = createDeadline({ ms: FILE_DEADLINE_MS, what, signal: options.signal, clock })
    const losers = new AbortController()
    const signal = AbortSignal.any([deadline.signal, losers.signal])
    try {
      return await Promise.any([
        this.#fromContent({ cid, path }, signal),
        this.#fromPeers({ cid, path }, { signal, first: options.from })
      ])
    } catch (error) {
      options.signal.throwIfAborted()
      throw this.#failure(cid, error)
    } finally {
      losers.abort()
    }
  }

  async #fromContent({ cid, path }: FileWanted, signal: AbortSignal): Promise<Uint8Array> {
    const content = this.#init.content()
    if (content === undefined) throw new IpnsFileNotFoundError('this node has no content store')
    const from = await this.#init.peers()
    return await content.getFile(cid, { maxBytes: MAX_FILE_BYTES, from, signal, ...(path !== '' && { path }) })
  }

  async #fromPeers({ cid, path }: FileWanted, options: { signal: AbortSignal; first: PeerId | undefined }) {
    if (!isRawCid(cid) || path !== '') throw new IpnsFileNotFoundError('peers hand over raw blocks only')
    const { first, signal } = options
    const others = (await this.#init.peers()).filter(peer => first?.equals(peer) !== true)
    const peers = first === undefined ? others : [first, ...others]
    const failures: unknown[] = []
    while (peers.length > 0) {
      signal.throwIfAborted()
      const asked = peers.splice(0, MAX_PARALLEL_FILES)
      try {
        const bytes = await Promise.any(asked.map(async peer => await this.#init.rpc.file(peer, cid, { signal })))
        await this.#offer(cid, bytes, signal)
        return bytes
      } catch (error) {
        failures.push(...reasonsOf(error))
      }
    }
    throw new AggregateError(failures, 'no peer has the file')
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
    const telling = ['IpnsFileMismatchError', 'IpnsFileTooLargeError', 'FileTooLargeError', 'ContentTooLargeError']
    const cause = reasons.find(reason => telling.includes(nameOf(reason)))
    if (cause !== undefined) return cause
    return new IpnsFileNotFoundError(`nobody who was asked has the file ${cid.toString()}`, {
      hint: 'the record is known, so wait for a peer that has its file; the last good version stays in use',
      cause: error
    })
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

function reasonsOf(error: unknown): unknown[] {
  return error instanceof AggregateError ? error.errors.flatMap(reasonsOf) : [error]
}
