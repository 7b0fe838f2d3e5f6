import { DeadlineExceededError } from '@waystone/kit'
import type { Stream } from '@libp2p/interface'
import type { Clock } from '@waystone/interface'

/**
 * Resets the stream when time is up, unless it is disposed of before. Every read
 * and write of the stream then fails, so that nothing has to listen to a signal.
 */
export function abortAfter(
  stream: Stream,
  { ms, what, clock }: { ms: number; what: string; clock: Clock }
): Disposable {
  const timer = clock.setTimeout(() => {
    stream.abort(new DeadlineExceededError(`${what} took longer than ${ms} ms`))
  }, ms)
  return { [Symbol.dispose]: () => timer.clear() }
}
