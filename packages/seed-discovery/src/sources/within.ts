import type { Clock } from '@waystone/interface'

/** What is promised, or nothing if that takes longer than so many milliseconds. Rejects as the promise does. */
export async function within<T>(promise: Promise<T>, ms: number, clock: Clock): Promise<T | undefined> {
  const patience = new AbortController()
  const enough = clock.sleep(ms, { signal: patience.signal }).then(
    () => undefined,
    () => undefined
  )
  try {
    return await Promise.race([promise, enough])
  } finally {
    patience.abort()
  }
}
