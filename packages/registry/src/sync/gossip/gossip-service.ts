import type { Logger, PeerId, Startable } from '@libp2p/interface'
import type {
  GossipHandler,
  GossipVerdict,
  RegistryGossip,
  RegistryGossipComponents,
  RegistryGossipInit
} from './contract.ts'
import type { OpenGossip } from './open-gossip.ts'

/** Loads GossipSub when the node has started, and wires it. */
export class RegistryGossipService implements RegistryGossip, Startable {
  readonly [Symbol.toStringTag] = '@waystone/registry-gossip'
  readonly #components: RegistryGossipComponents
  readonly #init: RegistryGossipInit
  readonly #log: Logger
  #handler: GossipHandler | undefined
  #opening: Promise<OpenGossip | undefined> | undefined
  #open: OpenGossip | undefined
  #unsubscribe: (() => void) | undefined

  constructor(components: RegistryGossipComponents, init: RegistryGossipInit) {
    this.#components = components
    this.#init = init
    this.#log = components.logger.forComponent('waystone:registry')
  }

  start(): void {
    // nothing before the node runs: it is to be ready soon
  }

  afterStart(): void {
    this.#opening ??= this.#load()
    this.#unsubscribe ??= this.#init.trust.onChange(() => this.mend())
  }

  async stop(): Promise<void> {
    this.#unsubscribe?.()
    this.#unsubscribe = undefined
    const open = await this.#opening
    this.#opening = undefined
    this.#open = undefined
    await open?.close()
  }

  publish(data: Uint8Array): void {
    this.#open?.publish(data).catch((error: unknown) => this.#log('a change of records was not told - %e', error))
  }

  handle(handler: GossipHandler): () => void {
    this.#handler = handler
    return () => {
      if (this.#handler === handler) this.#handler = undefined
    }
  }

  mend(): void {
    this.#open?.review()
  }

  async #load(): Promise<OpenGossip | undefined> {
    try {
      const { openGossip } = await import('./open-gossip.ts')
      this.#open = await openGossip(this.#components, this.#init, {
        onMessage: async (from, data) => await this.#judge(from, data),
        onJoined: peer => this.#handler?.onJoined(peer)
      })
    } catch (error) {
      this.#log.error('registries do not tell each other of changes, they only compare - %e', error)
    }
    return this.#open
  }

  async #judge(from: PeerId, data: Uint8Array): Promise<GossipVerdict> {
    return (await this.#handler?.onMessage(from, data)) ?? 'ignore'
  }
}
