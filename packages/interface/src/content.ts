import type { AbortOptions, PeerId } from '@libp2p/interface'
import type { CID } from 'multiformats/cid'

export interface ContentGetOptions extends AbortOptions {
  /** More bytes than that are refused, whatever a remote says. */
  maxBytes: number
  /** Asked first. */
  from?: readonly PeerId[]
}

/** Bytes by CID: what comes out has been verified against it. */
export interface ContentStore {
  /** Keeps a small file (at most 1 MiB) as one raw block and offers it to others. */
  put(bytes: Uint8Array, options?: AbortOptions): Promise<CID>
  /** Takes a block that came by other ways. @throws when the bytes are not those of the CID */
  putBlock(cid: CID, bytes: Uint8Array, options?: AbortOptions): Promise<void>
  /** One block, from here or over the network. */
  getBlock(cid: CID, options?: AbortOptions & Pick<ContentGetOptions, 'from'>): Promise<Uint8Array>
  /** A whole file, raw or UnixFS; `path` leads to it through UnixFS folders. */
  getFile(cid: CID, options: ContentGetOptions & { path?: string }): Promise<Uint8Array>
  /** Whether the block is kept here. */
  has(cid: CID, options?: AbortOptions): Promise<boolean>
  /** Gives up what was put here; others may still have it. */
  delete(cid: CID, options?: AbortOptions): Promise<void>
}
