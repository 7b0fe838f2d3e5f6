import { createDeadline, readChunks } from '@waystone/kit'
import { PING_DEADLINE_MS } from './constants.ts'
import { ConnectionDeadError } from './errors.ts'
import type { Connection, Stream } from '@libp2p/interface'
import type { Clock, Random } from '@waystone/interface'

/** https://github.com/libp2p/specs/blob/master/ping/ping.md */
const PING_PROTOCOL = '/ipfs/ping/1.0.0'
const PING_BYTES = 32

export interface PingInit {
  clock: Clock
  random: Random
  signal?: AbortSignal | undefined
}

/**
 * Whether somebody is at the other end of this very connection. libp2p's ping service takes a peer, and would ask over
 * any connection to it.
 */
export async function isAlive(connection: Connection, init: PingInit): Promise<boolean> {
  try {
    await ping(connection, init)
    return true
  } catch {
    init.signal?.throwIfAborted()
    return false
  }
}

async function ping(connection: Connection, { clock, random, signal: outer }: PingInit): Promise<void> {
  using deadline = createDeadline({ ms: PING_DEADLINE_MS, what: 'a ping', signal: outer, clock })
  const { signal } = deadline
  const stream = await connection.newStream(PING_PROTOCOL, { signal, runOnLimitedConnection: true })
  try {
    const sent = random.bytes(PING_BYTES)
    // a few bytes, which every stream has room for
    stream.send(sent)
    await readEcho(stream, sent, signal)
    await stream.close({ signal })
  } catch (error) {
    stream.abort(error instanceof Error ? error : new ConnectionDeadError(String(error)))
    throw error
  }
}

async function readEcho(stream: Stream, sent: Uint8Array, signal: AbortSignal): Promise<void> {
  let read = 0
  for await (const chunk of readChunks(stream, { signal })) {
    for (const byte of chunk.subarray()) {
      if (byte !== sent[read++]) throw new ConnectionDeadError('another echo came')
    }
    if (read === sent.length) return
  }
  throw new ConnectionDeadError('the echo ended early')
}
