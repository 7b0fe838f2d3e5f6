import { WaystoneError } from '@waystone/interface'
import type { Uint8ArrayList } from 'uint8arraylist'

/** A frame's length prefix is not a valid number of its encoding. */
export class FrameLengthInvalidError extends WaystoneError {
  static override readonly name = 'FrameLengthInvalidError'
}

/** How the length in front of each frame is written. */
export type LengthEncoding = 'varint' | 'u32be'

/** A length that was read, and how many bytes it took. */
export interface FrameLength {
  length: number
  prefixBytes: number
}

export interface LengthCodec {
  /** The largest length that can be written. */
  max: number
  encode(length: number): Uint8Array
  /**
   * `undefined` when more bytes are needed.
   *
   * @throws FrameLengthInvalidError
   */
  decode(bytes: Uint8ArrayList): FrameLength | undefined
}

// 63 bits, 7 in each byte (https://github.com/multiformats/unsigned-varint)
const VARINT_MAX_BYTES = 9
const MORE = 0x80

function encodeVarint(length: number): Uint8Array {
  const bytes: number[] = []
  // not with shifts: they would cut the number to 32 bits
  for (let rest = length; ; rest = Math.floor(rest / MORE)) {
    if (rest < MORE) return Uint8Array.from([...bytes, rest])
    bytes.push((rest % MORE) | MORE)
  }
}

function decodeVarint(bytes: Uint8ArrayList): FrameLength | undefined {
  let length = 0
  const end = Math.min(bytes.byteLength, VARINT_MAX_BYTES)
  for (let index = 0; index < end; index++) {
    const byte = bytes.get(index)
    length += (byte % MORE) * MORE ** index
    if (byte >= MORE) continue
    if (byte === 0 && index > 0) throw new FrameLengthInvalidError('a frame length is not in its shortest form')
    return { length, prefixBytes: index + 1 }
  }
  if (end < VARINT_MAX_BYTES) return undefined
  throw new FrameLengthInvalidError(`a frame length is longer than ${VARINT_MAX_BYTES} bytes`)
}

const U32_BYTES = 4

function encodeU32(length: number): Uint8Array {
  const bytes = new Uint8Array(U32_BYTES)
  new DataView(bytes.buffer).setUint32(0, length)
  return bytes
}

function decodeU32(bytes: Uint8ArrayList): FrameLength | undefined {
  if (bytes.byteLength < U32_BYTES) return undefined
  return { length: bytes.getUint32(0), prefixBytes: U32_BYTES }
}

export const lengthCodecs: Record<LengthEncoding, LengthCodec> = {
  varint: { max: Number.MAX_SAFE_INTEGER, encode: encodeVarint, decode: decodeVarint },
  u32be: { max: 2 ** 32 - 1, encode: encodeU32, decode: decodeU32 }
}
