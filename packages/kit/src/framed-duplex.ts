import { framed } from './framing.ts'
import type { AbortOptions } from '@libp2p/interface'
import type { Uint8ArrayList } from 'uint8arraylist'
import type { FrameableStream, FramedStream, FramedStreamInit } from './framing.ts'

/** Every libp2p `Stream` is one. */
export type ClosableStream = FrameableStream & {
  close(options?: AbortOptions): Promise<void>
  abort(error: Error): void
}

export interface FramedDuplexInit extends FramedStreamInit, AbortOptions {}

/** What `it-pipe` and the other `it-*` packages join together. */
export interface FramedDuplex {
  /** The frames that arrive, until the remote ends the stream. */
  source: AsyncGenerator<Uint8ArrayList>
  /** Sends frames, then closes the stream for writing. When the frames fail, the stream is aborted. */
  sink: (source: Iterable<Frame> | AsyncIterable<Frame>) => Promise<void>
}

type Frame = Uint8Array | Uint8ArrayList

/**
 * A stream of length-prefixed frames as a duplex for `it-pipe`. One side slows
 * the other down: a frame is read only when the one before was taken.
 *
 * @example
 * const duplex = framedDuplex(stream, { maxLength: 65_536, signal })
 * await pipe(duplex, duplex) // echo
 */
export function framedDuplex(stream: ClosableStream, { signal, ...init }: FramedDuplexInit): FramedDuplex {
  const frames = framed(stream, init)
  const options = signal === undefined ? {} : { signal }
  return {
    source: readFrames(frames, options),
    async sink(source) {
      try {
        for await (const frame of source) await frames.write(frame, options)
        await stream.close(options)
      } catch (error) {
        stream.abort(error instanceof Error ? error : new Error(String(error)))
        throw error
      }
    }
  }
}

async function* readFrames(frames: FramedStream, options: AbortOptions): AsyncGenerator<Uint8ArrayList> {
  for (let frame = await frames.read(options); frame !== undefined; frame = await frames.read(options)) yield frame
}
