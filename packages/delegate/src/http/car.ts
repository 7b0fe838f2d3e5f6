import { encode } from '@ipld/dag-cbor'
import { varint } from 'multiformats'
import type { CID } from 'multiformats/cid'
import type { FetchedBlock } from '../contract.ts'

/** CAR version 1 (https://ipld.io/specs/transport/car/carv1/), in the order of the blocks. */
export async function* carOf(root: CID, blocks: AsyncIterable<FetchedBlock>): AsyncGenerator<Uint8Array> {
  yield section([encode({ version: 1, roots: [root] })])
  for await (const { cid, bytes } of blocks) yield section([cid.bytes, bytes])
}

function section(parts: Uint8Array[]): Uint8Array {
  const length = parts.reduce((sum, part) => sum + part.length, 0)
  const head = varint.encodingLength(length)
  const bytes = new Uint8Array(head + length)
  varint.encodeTo(length, bytes)
  parts.reduce((at, part) => (bytes.set(part, at), at + part.length), head)
  return bytes
}
