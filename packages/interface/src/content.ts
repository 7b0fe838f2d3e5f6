import type { AbortOptions, PeerId } from '@libp2p/interface'
import type { CID } from 'multiformats/cid'

export interface ContentGetOptions extends AbortOptions {
  /** More bytes than that are refused, whatever a remote says. */
  maxBytes: number
  /** Asked first. */
  from?: readonly PeerId[]
  /** Asks nobody else, and looks for nobody. */
  fromOnly?: boolean
}

export interface ContentFileOptions extends ContentGetOptions {
  /** Leads to the file through UnixFS folders. */
  path?: string
  /** Another way to get a block that is not here, tried side by side with the store's own. What it gives is verified. */
  source?: (cid: CID, options: { signal: AbortSignal }) => Promise<Uint8Array>
  /** Told of each block that is read for the file, folders on the way included; it has been verified. */
  onBlock?: (cid: CID, bytes: Uint8Array) => void
}

/** Bytes by CID: what comes out has been verified against it. */
export interface ContentStore {
  /** Keeps a small file (at most 1 MiB) as one raw block and offers it to others. */
  put(bytes: Uint8Array, options?: AbortOptions): Promise<CID>
  /** Takes a block that came by other ways. @throws when the bytes are not those of the CID */
  putBlock(cid: CID, bytes: Uint8Array, options?: AbortOptions): Promise<void>
  /** One block, from here or over the network. */
  getBlock(cid: CID, options?: AbortOptions & Pick<ContentGetOptions, 'from' | 'fromOnly'>): Promise<Uint8Array>
  /** A whole file, raw or UnixFS. */
  getFile(cid: CID, options: ContentFileOptions): Promise<Uint8Array>
  /** Whether the block is kept here. */
  has(cid: CID, options?: AbortOptions): Promise<boolean>
  /** Gives up what was put here; others may still have it. */
  delete(cid: CID, options?: AbortOptions): Promise<void>
}
