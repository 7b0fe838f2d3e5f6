import { create, fromBinary, toBinary } from '@bufbuild/protobuf'
import { createDeadline } from '@waystone/kit'
import { nameOf } from '@waystone/kit/error-fields'
import { OpenTunnelSchema, TUNNEL_HEAD_MAX_BYTES, TunnelOpenedSchema, TunnelResult } from '@waystone/wire/tunnel'
import { TunnelBrokenError, TunnelProtocolError } from './errors.ts'
import type { GenMessage } from '@bufbuild/protobuf/codegenv2'
import type { MessageShape } from '@bufbuild/protobuf'
import type { Stream } from '@libp2p/interface'
import type { Clock } from '@waystone/interface'
import type { FramedStream } from '@waystone/kit'
import type { OpenTunnel, TunnelOpened } from '@waystone/wire/tunnel'

export interface HeadInit {
  /** Milliseconds for one head. */
  ms: number
  clock: Clock
  signal: AbortSignal
}

type HeadSchema = GenMessage<OpenTunnel> | GenMessage<TunnelOpened>

export async function writeRequest(
  frames: FramedStream<Stream>,
  request: { name: string; window: number },
  init: HeadInit
): Promise<void> {
  await write(frames, toBinary(OpenTunnelSchema, create(OpenTunnelSchema, request)), init)
}

export async function writeAnswer(
  frames: FramedStream<Stream>,
  answer: { result: TunnelResult; window?: number },
  init: HeadInit
): Promise<void> {
  await write(frames, toBinary(TunnelOpenedSchema, create(TunnelOpenedSchema, answer)), init)
}

/** @throws TunnelProtocolError, TunnelBrokenError, DeadlineExceededError, or the signal's reason */
export async function readRequest(frames: FramedStream<Stream>, init: HeadInit): Promise<OpenTunnel> {
  return await read(frames, OpenTunnelSchema, init)
}

/** @throws as {@link readRequest} */
export async function readAnswer(frames: FramedStream<Stream>, init: HeadInit): Promise<TunnelOpened> {
  return await read(frames, TunnelOpenedSchema, init)
}

async function write(frames: FramedStream<Stream>, bytes: Uint8Array, init: HeadInit): Promise<void> {
  using deadline = createDeadline({ ...init, what: 'sending the head of a tunnel' })
  await frames.write(bytes, { signal: deadline.signal })
}

async function read<S extends HeadSchema>(
  frames: FramedStream<Stream>,
  schema: S,
  init: HeadInit
): Promise<MessageShape<S>> {
  using deadline = createDeadline({ ...init, what: 'the head of a tunnel' })
  try {
    const frame = await frames.read({ signal: deadline.signal, maxLength: TUNNEL_HEAD_MAX_BYTES })
    if (frame === undefined) throw new TunnelBrokenError('the stream was closed before it opened a tunnel')
    return fromBinary(schema, frame.subarray())
  } catch (error) {
    throw deadline.signal.aborted ? deadline.signal.reason : headError(error)
  }
}

const BROKEN = new Set(['TunnelBrokenError', 'StreamResetError', 'StreamAbortedError', 'FrameTruncatedError'])

function headError(error: unknown): unknown {
  const name = nameOf(error)
  if (name === 'TunnelBrokenError') return error
  if (BROKEN.has(name)) return new TunnelBrokenError('the stream broke off before it opened a tunnel', error)
  return new TunnelProtocolError('the head of a tunnel cannot be read', error)
}
