import { WaystoneError } from '@waystone/interface'
import { messageOf } from '@waystone/kit/error-fields'
import type { ConnectionRoute } from '@waystone/kit'

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
  readonly #json: boolean
  readonly #times: number[] = []
  #sent = 0

  constructor(peer: string, { json = false }: { json?: boolean }) {
    this.#peer = peer
    this.#json = json
  }

  note(text: string): void {
    if (!this.#json) process.stderr.write(`note: ${text}\n`)
  }

  connected(address: string, route: ConnectionRoute): void {
    const { path, transport, reason } = route
    this.#print(
      { event: 'connected', peer: this.#peer, address, path, transport, reason },
      `PING ${this.#peer} at ${address}: ${path} over ${transport} (${reason})`
    )
  }

  pong({ sequence, ms, route }: Pong): void {
    this.#sent++
    this.#times.push(ms)
    const way = route === undefined ? '' : ` ${route.path} over ${route.transport}`
    const { path, transport } = route ?? {}
    this.#print({ event: 'pong', sequence, ms, path, transport }, `seq=${sequence} time=${ms.toFixed(2)} ms${way}`)
  }

  lost(sequence: number, error: unknown): void {
    this.#sent++
    const message = messageOf(error)
    this.#print({ event: 'lost', sequence, error: message }, `seq=${sequence} lost: ${message}`)
  }

  /** @throws PingLostError - if nothing came back at all */
  summary(): void {
    const received = this.#times.length
    const facts = { sent: this.#sent, received, ...statistics(this.#times) }
    const { min, mean, max } = facts
    const times = received === 0 ? '' : `; round trip min/avg/max = ${[min, mean, max].map(fixed).join('/')} ms`
    this.#print({ event: 'summary', ...facts }, `${this.#sent} sent, ${received} received${times}`)
    if (received === 0)
      throw new PingLostError(`no ping to ${this.#peer} was answered`, { hint: 'the peer may be gone' })
  }

  #print(event: object, text: string): void {
    console.log(this.#json ? JSON.stringify(event) : text)
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
