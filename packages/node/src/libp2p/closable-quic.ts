import { quic } from '@chainsafe/libp2p-quic'
import { abortable, createDeadline } from '@waystone/kit'
import type { Listener } from '@libp2p/interface'
import type { Clock } from '@waystone/interface'
import type { Libp2pInit } from 'libp2p'

type TransportFactory = NonNullable<Libp2pInit['transports']>[number]

/** How long a listener has to close, in milliseconds: while nobody is in the middle of a handshake it takes none. */
export const QUIC_CLOSE_MS = 1_000

/**
 * QUIC whose listeners close in time. That of `@chainsafe/libp2p-quic` 2.1.1 waits for the peer whose handshake it has
 * begun, and when that peer is gone, as where a whole cluster stops, for longer than a node has to stop. What is left
 * ends when its silence is noticed, or with the process.
 */
export function closableQuic(clock: Clock): TransportFactory {
  const create = quic()
  return components => {
    const transport = create(components)
    const createListener = transport.createListener.bind(transport)
    transport.createListener = options => closesInTime(createListener(options), clock)
    return transport
  }
}

function closesInTime(listener: Listener, clock: Clock): Listener {
  const close = listener.close.bind(listener)
  listener.close = async () => {
    using deadline = createDeadline({ ms: QUIC_CLOSE_MS, what: 'closing a QUIC listener', clock })
    await abortable(close(), deadline.signal).catch((error: unknown) => {
      if (!deadline.signal.aborted) throw error
    })
  }
  return listener
}
