import { toError } from './error-fields.ts'
import type { Connection, Logger, Stream } from '@libp2p/interface'

type Handler = (stream: Stream, connection: Connection) => void | Promise<void>

export interface LateHandlerInit {
  load: () => Promise<Handler>
  log: Logger
}

/**
 * A handler of streams whose code is loaded when the first one comes: a node is
 * ready sooner without. Where that fails the stream is reset. Nothing is thrown
 * past it; what comes meanwhile waits in the stream.
 */
export function lateHandler({ load, log }: LateHandlerInit): (stream: Stream, connection: Connection) => Promise<void> {
  return async (stream, connection) => {
    try {
      const handle = await load()
      await handle(stream, connection)
    } catch (error) {
      log.error('a stream of %p could not be handled - %e', connection.remotePeer, toError(error))
      stream.abort(toError(error))
    }
  }
}
