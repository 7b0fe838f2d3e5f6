import { serviceCapabilities, setMaxListeners } from '@libp2p/interface'
import { endDeniedSymbol } from '@waystone/interface'
import { lateHandler, systemClock } from '@waystone/kit'
import { SERVICE_NAMES, TUNNEL_PROTOCOL } from '@waystone/wire'
import { assertTunnelName, formatAddress, parseTarget } from './address.ts'
import { MAX_STREAMS_PER_CONNECTION } from './constants.ts'
import { TunnelEndedError, TunnelsStoppedError } from './errors.ts'
import { Exposures } from './exposures.ts'
import { Forwarding } from './forwarding.ts'
import { tunnelMetrics } from './metrics.ts'
import { Reporter } from './reporter.ts'
import { TunnelGroup } from './tunnel-group.ts'
import type { Logger, PeerId, Startable } from '@libp2p/interface'
import type { Clock, EndedWork, EndsDeniedWork } from '@waystone/interface'
import type { LateService } from '@waystone/rpc'
import type { Handler } from './handler.ts'
import type { Opener } from './opener.ts'
import type {
  ExposeOptions,
  Exposure,
  Forward,
  ForwardOptions,
  TunnelComponents,
  TunnelInit,
  Tunnels,
  TunnelStatus
} from './contract.ts'

/** What there is between start and stop. */
interface Running {
  controller: AbortController
  reporter: Reporter
  /** Loaded when the first stream comes. */
  handler?: Handler
  /** Loaded when the first forward is asked for. */
  opener?: Opener
  /** Takes the admin service back. */
  unserve: () => Promise<void>
}

/** Lifecycle and wiring; the work is in `Handler`, `Forwarding` and `Link`. */
export class TunnelsService implements Tunnels, Startable, EndsDeniedWork {
  readonly [Symbol.toStringTag] = '@waystone/tunnel'
  readonly [serviceCapabilities]: string[] = ['@waystone/tunnel']
  readonly #components: TunnelComponents
  readonly #init: TunnelInit
  readonly #clock: Clock
  readonly #exposures = new Exposures()
  readonly #forwards = new Set<Forwarding>()
  #running: Running | undefined

  constructor(components: TunnelComponents, init: TunnelInit) {
    this.#components = components
    this.#init = init
    this.#clock = init.clock ?? systemClock
  }

  async start(): Promise<void> {
    if (this.#running !== undefined) return
    const { rpc, registrar, logger } = this.#components
    const controller = new AbortController()
    // every stream without a head listens to it
    setMaxListeners(Infinity, controller.signal)
    const log = logger.forComponent('waystone:tunnel')
    const reporter = this.#createReporter(log)
    const load = async (): Promise<LateService> => (await import('./admin.ts')).tunnelService(this, this.#components)
    const unserve = await rpc.serveLate(SERVICE_NAMES.tunnelAdmin, load, {
      admin: true,
      trustFunction: 'admin',
      // a forward tells two for each connection, as long as it lives
      maxMessages: Number.MAX_SAFE_INTEGER
    })
    const running: Running = { controller, reporter, unserve }
    this.#running = running
    const handle = lateHandler({ load: async () => (await this.#loadHandler(running, log)).handle, log })
    await registrar.handle(TUNNEL_PROTOCOL, handle, {
      maxInboundStreams: MAX_STREAMS_PER_CONNECTION,
      maxOutboundStreams: MAX_STREAMS_PER_CONNECTION,
      runOnLimitedConnection: true
    })
    await this.#startConfigured()
  }

  async stop(): Promise<void> {
    const running = this.#running
    if (running === undefined) return
    this.#running = undefined
    await this.#components.registrar.unhandle(TUNNEL_PROTOCOL)
    running.controller.abort(new TunnelsStoppedError())
    const exposed = this.#exposures.all.map(async target => await target.end())
    const forwarded = Array.from(this.#forwards, async forward => await this.#endForward(forward))
    await Promise.all([...exposed, ...forwarded, running.unserve()])
  }

  expose(options: ExposeOptions): Exposure {
    const { name, onEvent, allow } = options
    const { reporter } = this.#assertRunning()
    assertTunnelName(name)
    const address = parseTarget(options.target)
    const clock = this.#clock
    const group = new TunnelGroup({ side: 'expose', name, local: formatAddress(address), onEvent, reporter, clock })
    const end = async (): Promise<void> => {
      this.#exposures.remove(name, group)
      revoke?.()
      await group.end(new TunnelEndedError(`the exposure of ${name}`))
    }
    this.#exposures.add(name, { address, group, end })
    const revoke = allow === undefined ? undefined : this.#init.trust.grant(`tunnel:${name}`, allow)
    return { name, [Symbol.asyncDispose]: end }
  }

  async forward(options: ForwardOptions): Promise<Forward> {
    const running = this.#assertRunning()
    const { Opener } = await import('./opener.ts')
    const opener = (running.opener ??= new Opener(this.#components, this.#clock))
    const forwarding = await Forwarding.start(options, { opener, reporter: running.reporter, clock: this.#clock })
    this.#forwards.add(forwarding)
    if (this.#running === running) {
      return { listening: forwarding.listening, [Symbol.asyncDispose]: () => this.#endForward(forwarding) }
    }
    await this.#endForward(forwarding)
    throw new TunnelsStoppedError()
  }

  list(): TunnelStatus[] {
    const groups = [...this.#exposures.all, ...this.#forwards].map(({ group }) => group.status)
    return groups
  }

  [endDeniedSymbol](isAllowed: (peer: PeerId, trustFunction: string) => boolean): EndedWork[] {
    return this.#running?.handler?.endDenied(isAllowed) ?? []
  }

  async #startConfigured(): Promise<void> {
    try {
      for (const options of this.#init.expose ?? []) this.expose(options)
      for (const options of this.#init.forward ?? []) await this.forward(options)
    } catch (error) {
      await this.stop()
      throw error
    }
  }

  async #loadHandler(running: Running, log: Logger): Promise<Handler> {
    const { Handler } = await import('./handler.ts')
    const { reporter, controller } = running
    const own = { exposures: this.#exposures, clock: this.#clock, reporter, log, signal: controller.signal }
    return (running.handler ??= new Handler({ ...this.#init, ...own }))
  }

  #createReporter(log: Logger): Reporter {
    const metrics = tunnelMetrics(this.#components.metrics, this.#open)
    return new Reporter({ log, events: this.#init.events, metrics, clock: this.#clock })
  }

  #assertRunning(): Running {
    if (this.#running === undefined) throw new TunnelsStoppedError()
    return this.#running
  }

  async #endForward(forwarding: Forwarding): Promise<void> {
    this.#forwards.delete(forwarding)
    await forwarding[Symbol.asyncDispose]()
  }

  readonly #open = (): number => this.list().reduce((sum, { open }) => sum + open, 0)
}
