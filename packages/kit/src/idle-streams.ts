import type { Stream } from '@libp2p/interface'

const idle = new WeakSet<Pick<Stream, 'id'>>()

/**
 * Says of an open stream whether it only waits to be used again. Whoever looks
 * for connections in use, such as those of a peer that is nobody's any more,
 * cannot tell by the stream itself.
 */
export function setIdle(stream: Pick<Stream, 'id'>, isWaiting: boolean): void {
  if (isWaiting) idle.add(stream)
  else idle.delete(stream)
}

export function isIdle(stream: Pick<Stream, 'id'>): boolean {
  return idle.has(stream)
}
