import { setMaxListeners } from '@libp2p/interface'

/**
 * A signal that ends with the first of the others, or when it is disposed of.
 * Unlike `AbortSignal.any` it then leaves nothing with signals that live longer.
 */
export function linkSignals(...parents: (AbortSignal | undefined)[]): Disposable & { readonly signal: AbortSignal } {
  const controller = new AbortController()
  // one block has a listener for each peer that is asked
  setMaxListeners(Infinity, controller.signal)
  const follows = parents.map(parent => {
    const follow = (): void => controller.abort(parent?.reason)
    if (parent?.aborted === true) follow()
    parent?.addEventListener('abort', follow, { once: true })
    return () => parent?.removeEventListener('abort', follow)
  })
  const dispose = (): void => {
    for (const unfollow of follows) unfollow()
    controller.abort()
  }
  return { signal: controller.signal, [Symbol.dispose]: dispose }
}
