/** A signal that ends with another one, or when it is disposed of. */
export interface ReaderSignal extends Disposable {
  signal: AbortSignal
}

/**
 * The signal for a call whose answers may be left before their end: Connect
 * does not cancel the call by itself then.
 */
export function readerSignal(parent: AbortSignal): ReaderSignal {
  const reader = new AbortController()
  return { signal: AbortSignal.any([parent, reader.signal]), [Symbol.dispose]: () => reader.abort() }
}
