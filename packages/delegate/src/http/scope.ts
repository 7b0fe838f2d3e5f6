import * as dagPb from '@ipld/dag-pb'
import { UnixFS } from 'ipfs-unixfs'
import { PathUnresolvableError } from '../errors.ts'
import type { CID } from 'multiformats/cid'
import type { Desk, DeskCall } from '../server/desk.ts'
import type { FetchedBlock } from '../contract.ts'

export type DagScope = 'all' | 'entity' | 'block'

export interface ScopedFetch {
  desk: Desk
  call: DeskCall
  root: CID
  /** Names of folders and a file below the root. */
  path: readonly string[]
  scope: DagScope
  maxBytes: number
}

/**
 * The blocks on the way to the end of a path, then those of the scope below it.
 * The way is found before anything is answered, so that "not found" can be said.
 *
 * @throws PathUnresolvableError
 */
export async function scopedBlocks(init: ScopedFetch): Promise<AsyncGenerator<FetchedBlock>> {
  const { desk, call, path, root, scope } = init
  desk.begin('fetch', call)
  const way: FetchedBlock[] = []
  let end = root
  for (const name of path) {
    const block = await oneBlock(init, end)
    way.push(block)
    end = linkTo(block, name)
  }
  const onlyEnd = scope === 'block' || (scope === 'entity' && isFolder(await oneBlock(init, end)))
  return inOrder(init, { way, end, onlyEnd })
}

interface Way {
  way: FetchedBlock[]
  end: CID
  onlyEnd: boolean
}

async function* inOrder(
  { desk, call, maxBytes }: ScopedFetch,
  { way, end, onlyEnd }: Way
): AsyncGenerator<FetchedBlock> {
  yield* way
  yield* desk.blocks(end, { oneBlock: onlyEnd, maxBytes }, call)
}

async function oneBlock({ desk, call }: ScopedFetch, cid: CID): Promise<FetchedBlock> {
  for await (const block of desk.blocks(cid, { oneBlock: true }, call)) return block
  throw new PathUnresolvableError(`${cid.toString()} has no block`)
}

/** Where a UnixFS folder has this name. Folders in shards would need all of their blocks. */
function linkTo({ cid, bytes }: FetchedBlock, name: string): CID {
  if (!isFolder({ cid, bytes }))
    throw new PathUnresolvableError(`${cid.toString()} is no UnixFS folder, or a sharded one`)
  const link = dagPb.decode(bytes).Links.find(({ Name }) => Name === name)
  if (link !== undefined) return link.Hash
  throw new PathUnresolvableError(`${cid.toString()} has no ${JSON.stringify(name)}`)
}

function isFolder({ cid, bytes }: FetchedBlock): boolean {
  if (cid.code !== dagPb.code) return false
  try {
    return UnixFS.unmarshal(dagPb.decode(bytes).Data ?? new Uint8Array()).type === 'directory'
  } catch {
    return false
  }
}
