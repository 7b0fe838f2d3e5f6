import { lateHandler } from '@waystone/kit'
import type { PeerId } from '@libp2p/interface'
import type { EndedWork } from '@waystone/interface'
import type { RpcServer, RpcServerInit } from './server.ts'

/** The server, and Connect with it, is loaded when the first peer calls: a node is ready sooner without. */
export class LateServer {
  readonly handle: ReturnType<typeof lateHandler>
  readonly #init: RpcServerInit
  #server: RpcServer | undefined
  #stopped = false

  constructor(init: RpcServerInit) {
    this.#init = init
    this.handle = lateHandler({ load: async () => (this.#server ?? (await this.#load())).handle, log: init.log })
  }

  /** Calls whose handlers run. */
  get running(): number {
    return this.#server?.running ?? 0
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
