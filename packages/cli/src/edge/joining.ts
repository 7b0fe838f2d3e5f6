import { WaystoneError } from '@waystone/interface'
import { systemClock } from '@waystone/kit'
import type { Clock } from '@waystone/interface'
import type { WaystoneNode } from '@waystone/node'

/** How often it is looked whether the edge has joined, in milliseconds. */
const JOIN_POLL_MS = 10
/** A wait that is longer, in milliseconds, is explained. */
const NOTE_AFTER_MS = 3_000
/** A command that needs the network ends when it has not joined in this time, in milliseconds. */
export const JOIN_TIMEOUT_MS = 30_000

/** The network was not joined in time. */
export class NotJoinedError extends WaystoneError {
  static override readonly name = 'NotJoinedError'
}

export interface JoiningInit {
  /** For people. */
  note: (text: string) => void
  signal: AbortSignal
  /** Milliseconds; without it there is no end. */
  timeoutMs?: number
  clock?: Clock
}

/**
 * Waits until nothing is missing any more, a seed connection say, and tells
 * what it waits for. Without seeds there is nothing to wait for.
 *
 * @throws NotJoinedError
 */
export async function waitUntilJoined(node: Pick<WaystoneNode, 'missing'>, init: JoiningInit): Promise<void> {
  const { note, signal, timeoutMs = Infinity, clock = systemClock } = init
  const start = clock.monotonic()
  let noted = false
  for (let missing = node.missing(); missing.length > 0; missing = node.missing()) {
    const waited = clock.monotonic() - start
    if (waited >= timeoutMs) throw notJoined(missing, timeoutMs)
    if (!noted && waited >= NOTE_AFTER_MS) note(`still waiting: ${missing.join('; ')}`)
    noted ||= waited >= NOTE_AFTER_MS
    await clock.sleep(JOIN_POLL_MS, { signal })
  }
}

function notJoined(missing: string[], timeoutMs: number): NotJoinedError {
  return new NotJoinedError(`the network was not joined within ${timeoutMs / 1_000} s: ${missing.join('; ')}`, {
    hint: 'is a seed up, in the same --network, and reachable at the address given to --seeds?'
  })
}
