import { StreamStateError } from '@libp2p/interface'
import type { AbortOptions, MessageStream, Stream, StreamCloseEvent } from '@libp2p/interface'
import type { Uint8ArrayList } from 'uint8arraylist'

/** What writing needs: every libp2p stream has it. */
export type SendingStream = MessageStream & Pick<Stream, 'remoteReadStatus'>

// the stream tells about its buffer with either event; when the remote stops reading only `idle` comes
const WAKE_EVENTS = ['drain', 'idle', 'close'] as const

async function nextEvent(stream: MessageStream, signal: AbortSignal | undefined): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const aborted = (): void => reject(signal?.reason)
  const woken = (): void => resolve()
  const failed = (event: StreamCloseEvent): void => {
    if (event.error !== undefined) reject(event.error)
  }
  stream.addEventListener('close', failed)
  for (const name of WAKE_EVENTS) stream.addEventListener(name, woken)
  signal?.addEventListener('abort', aborted, { once: true })
  try {
    await promise
  } finally {
    stream.removeEventListener('close', failed)
    for (const name of WAKE_EVENTS) stream.removeEventListener(name, woken)
    signal?.removeEventListener('abort', aborted)
  }
}

/**
 * Sends the bytes and waits until the stream can take more. It does not use
 * `stream.onDrain()`, whose promise stays resolved after the first time
 * (`@libp2p/utils` 7.4.1), so that a second wait would not wait.
 *
 * @throws StreamStateError when the stream closes before there is room
 */
export async function sendAll(stream: SendingStream, data: Uint8ArrayList, options: AbortOptions = {}): Promise<void> {
  options.signal?.throwIfAborted()
  if (stream.send(data)) return
  while (stream.writableNeedsDrain) {
    if (stream.remoteReadStatus === 'closed') throw new StreamStateError('The remote has stopped reading')
    await nextEvent(stream, options.signal)
  }
}
