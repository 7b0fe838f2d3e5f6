import { WaystoneError } from '@waystone/interface'
import { messageOf } from '@waystone/kit/error-fields'
import { ReportOutput } from './report-output.ts'
import type { ConnectionRoute } from '@waystone/kit'
import type { ReportInit } from './report-output.ts'

/** No ping was answered. */
export class PingLostError extends WaystoneError {
  static override readonly name = 'PingLostError'
}

export interface Pong {
  sequence: number
  /** Round trip in milliseconds. */
  ms: number
  route?: ConnectionRoute
}

/** Prints what `waystone ping` finds out, as `ping` users know it or as JSON lines. */
export class PingReport {
  readonly #peer: string
  readonly #output: ReportOutput
  readonly #times: number[] = []
  #sent = 0

  constructor(peer: string, init: ReportInit) {
    this.#peer = peer
    this.#output = new ReportOutput(init)
  }

  /** Whether a ping was answered or lost. */
  get hasBegun(): boolean {
    return this.#sent > 0
  }

  note(text: string): void {
    this.#output.note(text)
  }

  connected(address: string, route: ConnectionRoute): void {
    const { path, transport, reason } = route
    this.#output.tell(
      { event: 'connected', peer: this.#peer, address, path, transport, reason },
      `PING ${this.#peer} at ${address}: ${path} over ${transport} (${reason})`
    )
  }

  pong({ sequence, ms, route }: Pong): void {
    this.#sent++
    this.#times.push(ms)
    const way = route === undefined ? '' : ` ${route.path} over ${route.transport}`
    const { path, transport } = route ?? {}
    this.#output.tell(
      { event: 'pong', sequence, ms, path, transport },
      `seq=${sequence} time=${ms.toFixed(2)} ms${way}`
    )
  }

  lost(sequence: number, error: unknown): void {
    this.#sent++
    const message = messageOf(error)
    this.#output.tell({ event: 'lost', sequence, error: message }, `seq=${sequence} lost: ${message}`)
  }

  summary(): void {
    const received = this.#times.length
    const facts = { sent: this.#sent, received, ...statistics(this.#times) }
    const { min, mean, max } = facts
    const times = received === 0 ? '' : `; round trip min/avg/max = ${[min, mean, max].map(fixed).join('/')} ms`
    this.#output.tell({ event: 'summary', ...facts }, `${this.#sent} sent, ${received} received${times}`)
  }

  /** @throws PingLostError - if nothing came back at all */
  throwIfAllLost(): void {
    if (this.#times.length > 0) return
    throw new PingLostError(`no ping to ${this.#peer} was answered`, { hint: 'the peer may be gone' })
  }
}

interface Statistics {
  min?: number
  mean?: number
  max?: number
}

function statistics(times: number[]): Statistics {
  if (times.length === 0) return {}
  const mean = times.reduce((sum, time) => sum + time, 0) / times.length
  return { min: Math.min(...times), mean, max: Math.max(...times) }
}

function fixed(ms: number | undefined): string {
  return (ms ?? Number.NaN).toFixed(2)
}
