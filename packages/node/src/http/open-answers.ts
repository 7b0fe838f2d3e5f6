import type { ServerResponse } from 'node:http'
import type { Clock, Timer } from '@waystone/interface'

/**
 * The answers that are under way. Those that their client has stopped taking
 * are ended: Node has no limit for them but one on silence, which would cut
 * calls that watch for rare events.
 */
export class OpenAnswers {
  readonly #clock: Clock
  readonly #stalledMs: number
  /** By answer: how much of it the system had taken at the last look. */
  readonly #open = new Map<ServerResponse, number>()
  #timer: Timer | undefined
  #onEmpty: () => void = () => {}

  /** @param stalledMs - an answer may stand still for this long, and is ended within twice the time */
  constructor(clock: Clock, stalledMs: number) {
    this.#clock = clock
    this.#stalledMs = stalledMs
  }

  add(response: ServerResponse): void {
    this.#open.set(response, -1)
    response.once('close', () => {
      this.#open.delete(response)
      if (this.#open.size === 0) this.#onEmpty()
    })
    this.#timer ??= this.#clock.setTimeout(this.#look, this.#stalledMs)
  }

  /** Resolves when none is under way, or after this many milliseconds. */
  async settle(ms: number): Promise<void> {
    this.#timer?.clear()
    if (this.#open.size === 0) return
    await new Promise<void>(resolve => {
      const timer = this.#clock.setTimeout(resolve, ms)
      this.#onEmpty = () => {
        timer.clear()
        resolve()
      }
    })
  }

  readonly #look = (): void => {
    for (const [response, before] of this.#open) {
      const waiting = response.socket?.writableLength ?? 0
      const taken = (response.socket?.bytesWritten ?? 0) - waiting
      if (waiting > 0 && taken === before) response.destroy()
      this.#open.set(response, taken)
    }
    this.#timer = this.#open.size === 0 ? undefined : this.#clock.setTimeout(this.#look, this.#stalledMs)
  }
}
