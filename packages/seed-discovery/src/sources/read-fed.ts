import { DEFAULT_PORT, MAX_ADDRESSES } from './constants.ts'
import { readSeed } from './read-seed.ts'
import type { PeerId } from '@libp2p/interface'
import type { FoundSeed } from './source.ts'

/** Where other parts say that a peer is; what cannot be dialled is left out, and what names somebody else. */
export function readFed(peer: PeerId, addresses: readonly string[]): FoundSeed[] {
  return addresses.slice(0, MAX_ADDRESSES).flatMap(text => {
    const seed = readOne(text)
    return seed === undefined || seed.peer?.equals(peer) === false ? [] : [{ address: seed.address, peer }]
  })
}

function readOne(text: string): FoundSeed | undefined {
  try {
    return readSeed(text, DEFAULT_PORT)
  } catch {
    return undefined
  }
}
