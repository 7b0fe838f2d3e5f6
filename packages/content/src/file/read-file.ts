import * as dagPb from '@ipld/dag-pb'
import { UnixFS } from 'ipfs-unixfs'
import { MAX_FILE_BLOCKS, MAX_FILE_DEPTH, MAX_FILE_OVERHEAD_BYTES, MAX_PATH_SEGMENTS } from '../constants.ts'
import {
  ContentMalformedError,
  ContentNotAFileError,
  ContentPathNotFoundError,
  ContentTooComplexError,
  ContentTooLargeError
} from '../errors.ts'
import type { PBNode } from '@ipld/dag-pb'
import type { CID } from 'multiformats/cid'

export interface ReadFileInit {
  /** One block, verified. */
  load: (cid: CID) => Promise<Uint8Array>
  /** Of the file. */
  maxBytes: number
  /** Names of folders and of the file, divided by slashes. */
  path?: string | undefined
}

interface Pending {
  readonly cid: CID
  readonly depth: number
}

interface UnixFSNode {
  readonly node: PBNode
  readonly unixfs: UnixFS
}

/**
 * Reads a file, raw or UnixFS, block by block and depth first, and counts what
 * it reads: no size that a block states is believed.
 *
 * It is not `exporter()` of ipfs-unixfs-exporter 16.2.2: that one ends the
 * process with an unhandled rejection when a block two levels down is missing
 * or broken, and reads on without a bound while nobody takes what it has read.
 */
export class FileReader {
  readonly #init: ReadFileInit
  #blocks = 0
  #read = 0

  constructor(init: ReadFileInit) {
    this.#init = init
  }

  /** @throws ContentTooLargeError, ContentTooComplexError, ContentMalformedError, ContentNotAFileError, ContentPathNotFoundError */
  async read(root: CID): Promise<Uint8Array> {
    const chunks: Uint8Array[] = []
    let bytes = 0
    for await (const chunk of this.#chunks(await this.#resolve(root))) {
      bytes += chunk.byteLength
      if (bytes > this.#init.maxBytes) throw this.#tooLarge()
      chunks.push(chunk)
    }
    return new Uint8Array(Buffer.concat(chunks, bytes))
  }

  async #resolve(root: CID): Promise<CID> {
    const segments = (this.#init.path ?? '').split('/').filter(segment => segment !== '')
    if (segments.length > MAX_PATH_SEGMENTS)
      throw new ContentTooComplexError(`a path has more than ${MAX_PATH_SEGMENTS} parts`)
    let cid = root
    for (const segment of segments) cid = await this.#child(cid, segment)
    return cid
  }

  async #child(folder: CID, name: string): Promise<CID> {
    const block = await this.#load(folder)
    const entry = folder.code === dagPb.code ? parse(folder, block) : undefined
    if (entry?.unixfs.type === 'hamt-sharded-directory') {
      const hint = 'publish the file itself, or a folder with fewer files'
      throw new ContentNotAFileError(`the folder ${folder.toString()} is split into shards`, { hint })
    }
    const link = entry?.unixfs.type === 'directory' ? entry.node.Links.find(one => one.Name === name) : undefined
    if (link === undefined) throw new ContentPathNotFoundError(`${folder.toString()} has no ${JSON.stringify(name)}`)
    return link.Hash
  }

  async *#chunks(root: CID): AsyncGenerator<Uint8Array> {
    const pending: Pending[] = [{ cid: root, depth: 0 }]
    for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
      const { cid, depth } = next
      const block = await this.#load(cid)
      if (cid.code !== dagPb.code) {
        yield block
        continue
      }
      const { node, unixfs } = this.#fileNode(cid, block)
      if (unixfs.data !== undefined) yield unixfs.data
      this.#checkLinks(node, depth, pending.length)
      for (const link of node.Links.toReversed()) pending.push({ cid: link.Hash, depth: depth + 1 })
    }
  }

  #fileNode(cid: CID, block: Uint8Array): UnixFSNode {
    const parsed = parse(cid, block)
    const { type } = parsed.unixfs
    if (type !== 'file' && type !== 'raw') throw new ContentNotAFileError(`${cid.toString()} is a ${type}`)
    // what says that it is too large may as well be believed
    if (parsed.unixfs.fileSize() > BigInt(this.#init.maxBytes)) throw this.#tooLarge()
    return parsed
  }

  // every link costs a block, so more of them than blocks are left need not be kept
  #checkLinks(node: PBNode, depth: number, pending: number): void {
    if (node.Links.length === 0) return
    if (depth >= MAX_FILE_DEPTH) throw new ContentTooComplexError(`a file has more than ${MAX_FILE_DEPTH} levels`)
    if (this.#blocks + pending + node.Links.length > MAX_FILE_BLOCKS) throw tooManyBlocks()
  }

  async #load(cid: CID): Promise<Uint8Array> {
    this.#blocks++
    if (this.#blocks > MAX_FILE_BLOCKS) throw tooManyBlocks()
    const block = await this.#init.load(cid)
    this.#read += block.byteLength
    if (this.#read > this.#init.maxBytes + MAX_FILE_OVERHEAD_BYTES) throw this.#tooLarge()
    return block
  }

  #tooLarge(): ContentTooLargeError {
    return new ContentTooLargeError(`the file has more than the ${this.#init.maxBytes} bytes that were asked for`)
  }
}

function tooManyBlocks(): ContentTooComplexError {
  return new ContentTooComplexError(`a file has more than ${MAX_FILE_BLOCKS} blocks`)
}

function parse(cid: CID, block: Uint8Array): UnixFSNode {
  try {
    const node = dagPb.decode(block)
    if (node.Data === undefined) throw new TypeError('it has no data')
    return { node, unixfs: UnixFS.unmarshal(node.Data) }
  } catch (cause) {
    throw new ContentMalformedError(`${cid.toString()} is no UnixFS`, { cause })
  }
}
