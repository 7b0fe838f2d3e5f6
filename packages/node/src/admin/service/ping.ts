import { createDeadline, pathOf, readChunks, sendAll } from '@waystone/kit'
import { messageOf } from '@waystone/kit/error-fields'
import { PING_PROTOCOL } from '@libp2p/ping'
import { Path } from '@waystone/wire/admin'
import { Uint8ArrayList } from 'uint8arraylist'
import { whileRunning } from '../node-stops.ts'
import { namedPeer } from './errors.ts'
import { reach } from './reach.ts'
import type { MessageInitShape } from '@bufbuild/protobuf'
import type { AbortOptions, Connection, Stream } from '@libp2p/interface'
import type { NamedPeer } from '@waystone/kit'
import type { PingRequest, PingResponseSchema } from '@waystone/wire/admin'
import type { AdminCalls, AdminContext } from './contract.ts'

type Pong = MessageInitShape<typeof PingResponseSchema>

const INTERVAL_MS = 1_000
/** A ping is for measuring, not for filling a peer's line. */
const MIN_INTERVAL_MS = 10
const TIMEOUT_MS = 10_000
const MAX_TIMEOUT_MS = 60_000
/** What libp2p's ping sends and gets back. */
const PING_BYTES = 32

/** `Ping` */
export function pingCalls(context: AdminContext): AdminCalls {
  return {
    async *ping(request, call) {
      using running = whileRunning(context.stopping, call.signal)
      const { signal } = running
      const named = namedPeer(request.peer, context.components.peerId)
      const intervalMs = Math.max(request.intervalMs || INTERVAL_MS, MIN_INTERVAL_MS)
      // a peer that cannot be reached at all is an error; one that is lost on the way is a failed ping
      await reach(context, named, signal)
      for (let sequence = 1; request.count === 0 || sequence <= request.count; sequence++) {
        if (sequence > 1) await context.clock.sleep(intervalMs, { signal })
        yield await pingOnce(context, named, { request, sequence, signal })
      }
    }
  }
}

interface Turn {
  request: Pick<PingRequest, 'timeoutMs'>
  sequence: number
  signal: AbortSignal
}

async function pingOnce(context: AdminContext, named: NamedPeer, { request, sequence, signal }: Turn): Promise<Pong> {
  const ms = Math.min(request.timeoutMs || TIMEOUT_MS, MAX_TIMEOUT_MS)
  using deadline = createDeadline({ ms, what: 'the ping', signal, clock: context.clock })
  const base = { sequence, peer: named.peer.toString() }
  try {
    // again for each: the path may have become a direct one meanwhile
    const connection = await reach(context, named, deadline.signal, ms)
    const roundTripMs = await roundTrip(context, connection, deadline)
    return { ...base, roundTripUs: BigInt(Math.max(1, Math.round(roundTripMs * 1_000))), ...wayOf(connection) }
  } catch (error) {
    signal.throwIfAborted()
    return { ...base, failure: messageOf(deadline.signal.aborted ? deadline.signal.reason : error) }
  }
}

/** Milliseconds. */
async function roundTrip(
  { clock, random }: AdminContext,
  connection: Connection,
  { signal }: AbortOptions & { signal: AbortSignal }
): Promise<number> {
  const stream = await connection.newStream(PING_PROTOCOL, { signal, runOnLimitedConnection: true })
  try {
    const sent = random.bytes(PING_BYTES)
    const startedAt = clock.monotonic()
    await sendAll(stream, new Uint8ArrayList(sent), { signal })
    const received = await readBack(stream, signal)
    const tookMs = clock.monotonic() - startedAt
    if (Buffer.compare(received, sent) !== 0) throw new Error('the peer sent back other bytes')
    await stream.close({ signal })
    return tookMs
  } catch (error) {
    stream.abort(error instanceof Error ? error : new Error(messageOf(error)))
    throw error
  }
}

async function readBack(stream: Stream, signal: AbortSignal): Promise<Uint8Array> {
  const received = new Uint8ArrayList()
  for await (const chunk of readChunks(stream, { signal })) {
    received.append(chunk)
    if (received.byteLength >= PING_BYTES) break
  }
  return received.subarray()
}

function wayOf(connection: Connection): Pick<Pong, 'path' | 'transport' | 'reason' | 'remoteAddress'> {
  const { path, transport, reason } = pathOf(connection)
  return {
    path: path === 'direct' ? Path.DIRECT : Path.RELAYED,
    transport,
    reason,
    remoteAddress: connection.remoteAddr.toString()
  }
}
