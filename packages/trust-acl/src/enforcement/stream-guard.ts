import type { StreamMiddleware } from '@libp2p/interface'
import type { Registrar } from '@libp2p/interface-internal'
import type { Enforcement } from './enforcement.ts'

/**
 * Puts the guard before every stream, in either direction. libp2p 3.3.11 hands
 * out the very array that `use()` stored, and then adds the handler of each
 * inbound stream to it (connection.js, `onIncomingStream`): it grows for ever
 * and runs the handlers of earlier streams again. Here every stream gets its own.
 */
export function guardStreams(registrar: Pick<Registrar, 'getMiddleware'>, enforcement: Enforcement): void {
  const registered = registrar.getMiddleware.bind(registrar)
  const guard: StreamMiddleware = (stream, connection, next) => {
    enforcement.assertStream(stream, connection)
    next(stream, connection)
  }
  registrar.getMiddleware = protocol => [guard, ...registered(protocol)]
}
