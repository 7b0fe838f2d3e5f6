import { readFile } from 'node:fs/promises'
import { BinaryReader, WireType } from '@bufbuild/protobuf/wire'
import { CID } from 'multiformats/cid'

/** The blocks of a CAR file (https://ipld.io/specs/transport/car/carv1/), in its order. */
export async function blocksOf(name: string): Promise<[CID, Uint8Array][]> {
  const bytes = new Uint8Array(await vector(`${name}.car`))
  const reader = new BinaryReader(bytes)
  reader.skip(WireType.LengthDelimited)
  const blocks: [CID, Uint8Array][] = []
  while (reader.pos < reader.len) {
    const [cid, block] = CID.decodeFirst(reader.bytes())
    blocks.push([cid, block])
  }
  return blocks
}

export async function vector(name: string): Promise<Buffer> {
  return await readFile(new URL(`vectors/${name}`, import.meta.url))
}
