import { createDeadline } from '@waystone/kit'
import { CLOSE_TIMEOUT_MS, LOOK_AGAIN_MS } from './constants.ts'
import { isUnused } from './unused.ts'
import type { Connection } from '@libp2p/interface'
import type { Parts } from './parts.ts'

export interface CloseLaterInit {
  /** How long it stays at least, in milliseconds. */
  lingerMs: number
  signal: AbortSignal
}

/** Closes a connection beside another one, unless somebody has found a use for it: then when the use has ended. */
export function closeLater(parts: Parts, connection: Connection, init: CloseLaterInit): void {
  closeWhenUnused(parts, connection, init).catch((error: unknown) => {
    if (!init.signal.aborted) parts.log('a second connection to %p stays open - %e', connection.remotePeer, error)
  })
}

async function closeWhenUnused({ clock }: Parts, connection: Connection, init: CloseLaterInit): Promise<void> {
  const { lingerMs, signal } = init
  await clock.sleep(lingerMs, { signal })
  while (connection.status === 'open' && !isUnused(connection)) await clock.sleep(LOOK_AGAIN_MS, { signal })
  if (connection.status !== 'open') return
  using deadline = createDeadline({ ms: CLOSE_TIMEOUT_MS, what: 'closing a connection', clock })
  try {
    await connection.close({ signal: deadline.signal })
  } catch (error) {
    connection.abort(error instanceof Error ? error : new Error('it does not close'))
  }
}
