import { TokenBucket } from '@waystone/kit'
import { messageOf, nameOf } from '@waystone/kit/error-fields'
import { REFUSALS_LOGGED_AT_ONCE, REFUSALS_LOGGED_PER_SECOND } from './constants.ts'
import type { Logger, PeerId } from '@libp2p/interface'
import type { AdminEvents, Clock } from '@waystone/interface'
import type { TunnelCloseEvent, TunnelEvent, TunnelOpenEvent } from './contract.ts'
import type { TunnelMetrics } from './metrics.ts'

/** Which exposure or forward something is about. */
export interface TunnelOrigin {
  side: 'expose' | 'forward'
  name: string
  onEvent: ((event: TunnelEvent) => void) | undefined
}

export interface ReporterInit {
  log: Logger
  events: AdminEvents | undefined
  metrics: TunnelMetrics
  clock: Clock
}

/** Tells operators, programs and the log what tunnels do. */
export class Reporter {
  readonly #init: ReporterInit
  readonly #refusals: TokenBucket
  #lastId = 0

  constructor(init: ReporterInit) {
    const { clock } = init
    this.#init = init
    const [capacity, refillPerSecond] = [REFUSALS_LOGGED_AT_ONCE, REFUSALS_LOGGED_PER_SECOND]
    this.#refusals = new TokenBucket({ capacity, refillPerSecond, clock })
  }

  opened(origin: TunnelOrigin, detail: Pick<TunnelOpenEvent, 'peer' | 'route'>): number {
    const id = ++this.#lastId
    const { peer, route } = detail
    this.#init.log(
      'tunnel %d of %s %s opened with %p, %s over %s',
      id,
      origin.side,
      origin.name,
      peer,
      route.path,
      route.transport
    )
    this.#emit('open', origin, { id, peer: String(peer), path: route.path, transport: route.transport })
    origin.onEvent?.({ kind: 'open', id, ...detail })
    return id
  }

  bytes(direction: 'sent' | 'received', count: number): void {
    this.#init.metrics.bytes(direction, count)
  }

  closed(origin: TunnelOrigin, detail: Omit<TunnelCloseEvent, 'kind'>): void {
    const { id, bytesReceived, bytesSent, failure } = detail
    const outcome = failure === undefined ? 'closed' : nameOf(failure)
    this.#init.log('tunnel %d %s after %d bytes from the peer and %d to it', id, outcome, bytesReceived, bytesSent)
    this.#init.metrics.ended(origin.side, outcome)
    this.#emit('close', origin, { id, bytesReceived, bytesSent, outcome })
    origin.onEvent?.({ kind: 'close', ...detail })
  }

  /** @param error - its message is for the operator */
  refused(origin: TunnelOrigin, peer: PeerId, error: unknown): void {
    const reason = messageOf(error)
    this.#init.metrics.refused(origin.side, nameOf(error))
    // strangers must not be able to fill the log, nor the operator's events
    if (origin.side === 'expose' && !this.#refusals.take()) return
    this.#init.log('no tunnel of %s %s with %p: %s', origin.side, origin.name, peer, reason)
    this.#emit('refused', origin, { peer: String(peer), reason })
    origin.onEvent?.({ kind: 'refused', peer, reason })
  }

  #emit(kind: TunnelEvent['kind'], { side, name }: TunnelOrigin, detail: Record<string, unknown>): void {
    this.#init.events?.emit(`tunnel:${kind}`, { side, name, ...detail })
  }
}
