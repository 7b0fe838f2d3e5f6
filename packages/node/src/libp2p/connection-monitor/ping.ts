import { abortable, readChunks, sendAll } from '@waystone/kit'
import { nameOf, toError } from '@waystone/kit/error-fields'
import { Uint8ArrayList } from 'uint8arraylist'
import { PING_BYTES, PING_PROTOCOL } from './constants.ts'
import { PingAnswerError } from '../errors.ts'
import type { Connection, Stream } from '@libp2p/interface'
import type { Clock, Random } from '@waystone/interface'

export interface PingInit {
  clock: Clock
  random: Random
  /** Ends the ping; it has to end some time. */
  signal: AbortSignal
}

export interface PingAnswer {
  /** `unsupported`: the peer is there and speaks no ping. */
  result: 'answered' | 'unsupported'
  rttMs: number
}

/**
 * Asks the peer at the other end of this very connection to send 32 bytes back.
 *
 * @throws PingAnswerError - it sent something else
 * @throws the signal's reason, and what libp2p throws when it opens no stream
 */
export async function ping(connection: Connection, init: PingInit): Promise<PingAnswer> {
  const startedAt = init.clock.monotonic()
  try {
    const stream = await open(connection, init.signal)
    return { result: 'answered', rttMs: await measure(stream, init) }
  } catch (error) {
    if (nameOf(error) !== 'UnsupportedProtocolError') throw error
    // header and protocol travel together: one round trip
    return { result: 'unsupported', rttMs: init.clock.monotonic() - startedAt }
  }
}

/** Not every transport ends the opening of a stream with the signal. */
async function open(connection: Connection, signal: AbortSignal): Promise<Stream> {
  const opening = connection.newStream(PING_PROTOCOL, { signal, runOnLimitedConnection: true })
  try {
    return await abortable(opening, signal)
  } catch (error) {
    opening.then(
      late => late.abort(toError(error)),
      () => {}
    )
    throw error
  }
}

async function measure(stream: Stream, { clock, random, signal }: PingInit): Promise<number> {
  const sent = new Uint8ArrayList(random.bytes(PING_BYTES))
  try {
    const sentAt = clock.monotonic()
    await sendAll(stream, sent.sublist(), { signal })
    // the answer may come before; what is not closed in the end is reset
    stream.close({ signal }).catch(() => {})
    const answeredAt = await readEcho(stream, sent, { clock, signal })
    // one that the remote never closes would take the place of another ping for good
    if (stream.status !== 'closed') stream.abort(new PingAnswerError('the peer did not end its answer to a ping'))
    return answeredAt - sentAt
  } catch (error) {
    stream.abort(toError(error))
    throw error
  }
}

/** When the last of the bytes came; then it waits for the end, as long as it may. */
async function readEcho(
  stream: Stream,
  sent: Uint8ArrayList,
  { clock, signal }: Pick<PingInit, 'clock' | 'signal'>
): Promise<number> {
  const received = new Uint8ArrayList()
  let answeredAt: number | undefined
  try {
    for await (const chunk of readChunks(stream, { signal })) {
      received.append(chunk)
      if (received.byteLength >= PING_BYTES) answeredAt ??= clock.monotonic()
      if (received.byteLength > PING_BYTES) break
    }
  } catch (error) {
    if (answeredAt === undefined) throw error
  }
  if (answeredAt === undefined || !received.equals(sent)) {
    throw new PingAnswerError(`the peer answered a ping with ${received.byteLength} bytes that are not those sent`)
  }
  return answeredAt
}
