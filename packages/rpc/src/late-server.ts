import { toError } from '@waystone/kit/error-fields'
import type { Connection, PeerId, Stream } from '@libp2p/interface'
import type { EndedWork } from '@waystone/interface'
import type { RpcServer, RpcServerInit } from './server.ts'

/** The server, and Connect with it, is loaded when the first peer calls: a node is ready sooner without. */
export class LateServer {
  readonly #init: RpcServerInit
  #server: RpcServer | undefined
  #stopped = false

  constructor(init: RpcServerInit) {
    this.#init = init
  }

  /** Calls whose handlers run. */
  get running(): number {
    return this.#server?.running ?? 0
  }

  /** Nothing is thrown past it. */
  readonly handle = async (stream: Stream, connection: Connection): Promise<void> => {
    try {
      const server = this.#server ?? (await this.#load())
      await server.handle(stream, connection)
    } catch (error) {
      this.#init.log.error('RPC could not be loaded - %e', toError(error))
      stream.abort(toError(error))
    }
  }

  /** Ends every call. */
  stop(): void {
    this.#stopped = true
    this.#server?.stop()
  }

  /** Ends the calls that may not go on. */
  endDenied(isAllowed: (peer: PeerId, trustFunction: string) => boolean): EndedWork[] {
    return this.#server?.endDenied(isAllowed) ?? []
  }

  async #load(): Promise<RpcServer> {
    const module = await import('./server.ts')
    // several streams may have come while it was loaded
    this.#server ??= new module.RpcServer(this.#init)
    if (this.#stopped) this.#server.stop()
    return this.#server
  }
}
