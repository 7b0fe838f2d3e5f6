import type { AbortOptions } from '@libp2p/interface'
import type { ContentStore } from '@waystone/interface'
import type { CID } from 'multiformats/cid'

/** Gets verified blocks for this node, which has no DHT of its own. */
export interface BlockDelegate {
  /** Whether there is anybody to ask. */
  readonly using: boolean
  /** The blocks of a DAG, each once. */
  fetch(cid: CID, options: AbortOptions & { maxBytes: number }): AsyncIterable<{ cid: CID; bytes: Uint8Array }>
}

export interface ContentAdminParts {
  store: Pick<ContentStore, 'put' | 'putBlock' | 'getFile' | 'has'>
  delegate?: BlockDelegate | undefined
}
