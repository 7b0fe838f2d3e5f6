import { TUNNEL_FRAME } from '@waystone/wire/tunnel-limits'
import { Uint8ArrayList } from 'uint8arraylist'
import { TunnelProtocolError } from './errors.ts'

/** What one side tells the other once the tunnel is open. */
export type TunnelFrame = { kind: 'data'; bytes: Uint8ArrayList } | { kind: 'credit'; bytes: number } | { kind: 'end' }

const DATA = Uint8Array.of(TUNNEL_FRAME.data)
const END = Uint8Array.of(TUNNEL_FRAME.end)
const CREDIT_LENGTH = 5

/** The bytes are not copied. */
export function dataFrame(bytes: Uint8Array): Uint8ArrayList {
  return new Uint8ArrayList(DATA, bytes)
}

/** @param bytes - at most 2^32 - 1 */
export function creditFrame(bytes: number): Uint8Array {
  const frame = new Uint8Array(CREDIT_LENGTH)
  frame[0] = TUNNEL_FRAME.credit
  new DataView(frame.buffer).setUint32(1, bytes)
  return frame
}

export function endFrame(): Uint8Array {
  return END
}

/** @throws TunnelProtocolError */
export function decodeFrame(frame: Uint8ArrayList): TunnelFrame {
  const { byteLength } = frame
  if (byteLength === 0) throw new TunnelProtocolError('an empty frame')
  const kind = frame.get(0)
  if (kind === TUNNEL_FRAME.data && byteLength > 1) return { kind: 'data', bytes: frame.sublist(1) }
  if (kind === TUNNEL_FRAME.credit && byteLength === CREDIT_LENGTH) return { kind: 'credit', bytes: frame.getUint32(1) }
  if (kind === TUNNEL_FRAME.end && byteLength === 1) return { kind: 'end' }
  throw new TunnelProtocolError(`a frame of kind ${kind} with ${byteLength} bytes`)
}
