import { toError } from '@waystone/kit/error-fields'
import type { Libp2p } from '@libp2p/interface'
import type { HeldSlot } from './open-slot.ts'

/** Cuts what is connected when the lease of the slot is lost, and calls back: the rest of the time is for stopping. */
export function onLeaseLost(
  { slot, libp2p }: { slot: HeldSlot | undefined; libp2p: Pick<Libp2p, 'getConnections'> },
  callback: (error: unknown) => void
): void {
  if (slot === undefined) return
  const { lost } = slot.lease
  const end = (): void => {
    for (const connection of libp2p.getConnections()) connection.abort(toError(lost.reason))
    callback(lost.reason)
  }
  if (lost.aborted) end()
  else lost.addEventListener('abort', end, { once: true })
}
