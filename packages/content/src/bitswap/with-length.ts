import { BinaryWriter } from '@bufbuild/protobuf/wire'
import { Uint8ArrayList } from 'uint8arraylist'

/** The message with its length before it, as it travels. */
export function withLength(message: Uint8Array): Uint8ArrayList {
  return new Uint8ArrayList(new BinaryWriter().uint32(message.byteLength).finish(), message)
}
