import type { Clock } from '@waystone/interface'

export interface WhileWaitingInit {
  clock: Clock
  /** In milliseconds since the Unix epoch; undefined while there is nothing that expires. */
  nextExpiry: () => number | undefined
}

/**
 * What a call gives, and in between when something expires. The call is ended
 * by its signal, without waiting for it, when this is.
 */
export async function* whileWaiting<T>(
  call: (signal: AbortSignal) => AsyncIterable<T>,
  { signal, ...init }: WhileWaitingInit & { signal: AbortSignal }
): AsyncGenerator<T | 'expired'> {
  const ending = new AbortController()
  const iterator = call(AbortSignal.any([signal, ending.signal]))[Symbol.asyncIterator]()
  let next = iterator.next()
  try {
    for (;;) {
      const given = await nextOrExpiry(next, init)
      if (given !== 'expired' && given.done === true) return
      yield given === 'expired' ? given : given.value
      if (given !== 'expired') next = iterator.next()
    }
  } finally {
    ending.abort()
    next.catch(() => undefined)
    iterator.return?.().catch(() => undefined)
  }
}

async function nextOrExpiry<T>(next: Promise<T>, { clock, nextExpiry }: WhileWaitingInit): Promise<T | 'expired'> {
  const at = nextExpiry()
  if (at === undefined) return await next
  const due = Promise.withResolvers<'expired'>()
  const timer = clock.setTimeout(() => due.resolve('expired'), Math.max(0, at - clock.now()))
  try {
    return await Promise.race([next, due.promise])
  } finally {
    timer.clear()
  }
}
