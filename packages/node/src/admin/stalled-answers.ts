import type { ServerResponse } from 'node:http'
import type { Clock, Timer } from '@waystone/interface'

/**
 * Ends answers that their client has stopped taking. Node has no limit for
 * them but one on silence, which would cut calls that watch for rare events.
 */
export class StalledAnswers {
  readonly #clock: Clock
  readonly #ms: number
  /** By answer: how much of it the system had taken at the last look. */
  readonly #open = new Map<ServerResponse, number>()
  #timer: Timer | undefined

  /** @param ms - an answer may stand still for this long, and is ended within twice the time */
  constructor(clock: Clock, ms: number) {
    this.#clock = clock
    this.#ms = ms
  }

  watch(response: ServerResponse): void {
    this.#open.set(response, -1)
    response.once('close', () => this.#open.delete(response))
    this.#timer ??= this.#clock.setTimeout(this.#look, this.#ms)
  }

  stop(): void {
    this.#timer?.clear()
    this.#timer = undefined
  }

  readonly #look = (): void => {
    for (const [response, before] of this.#open) {
      const waiting = response.socket?.writableLength ?? 0
      const taken = (response.socket?.bytesWritten ?? 0) - waiting
      if (waiting > 0 && taken === before) response.destroy()
      this.#open.set(response, taken)
    }
    this.#timer = this.#open.size === 0 ? undefined : this.#clock.setTimeout(this.#look, this.#ms)
  }
}
