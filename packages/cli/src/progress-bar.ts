import { formatBytes, formatDuration } from './format.ts'
import type { Clock } from '@waystone/interface'

/** How fast the shown rate follows the measured one: weight of what happened 1 s ago is 1/e. */
const SMOOTHING_MS = 1_000
/** A rate measured over less, in milliseconds, says more about caches than about what is going on. */
const MIN_MEASURED_MS = 500

export interface ProgressInit {
  /** Bytes in all. */
  total: number
  clock: Clock
}

export interface ProgressWords {
  /** What is going on where it is not the transfer itself. */
  phase?: string
  note?: string
}

/** Turns byte counts over time into one line: share, amount, rate and time left. */
export class ProgressBar {
  readonly #total: number
  readonly #clock: Clock
  #bytes = 0
  #at: number
  #measuredSince: number | undefined
  #rate: number | undefined

  constructor({ total, clock }: ProgressInit) {
    this.#total = total
    this.#clock = clock
    this.#at = clock.monotonic()
  }

  /** Bytes a second, smoothed; 0 before there was time to measure it. */
  get rate(): number {
    const measuredMs = this.#measuredSince === undefined ? 0 : this.#at - this.#measuredSince
    return measuredMs < MIN_MEASURED_MS ? 0 : (this.#rate ?? 0)
  }

  /** @param bytes - done so far; what a resumed transfer has already is its first update */
  update(bytes: number): void {
    const now = this.#clock.monotonic()
    const elapsed = now - this.#at
    if (this.#bytes > 0 && bytes >= this.#bytes && elapsed > 0) {
      const measured = ((bytes - this.#bytes) / elapsed) * 1_000
      const weight = Math.exp(-elapsed / SMOOTHING_MS)
      this.#rate = this.#rate === undefined ? measured : this.#rate * weight + measured * (1 - weight)
    }
    if (bytes > 0) this.#measuredSince ??= now
    this.#bytes = bytes
    this.#at = now
  }

  /** The line, at most `width` characters, with the phase before all amounts and the note (the path, say) after them. */
  render(width: number, { phase = '', note = '' }: ProgressWords = {}): string {
    const share = this.#total === 0 ? 1 : this.#bytes / this.#total
    const amount = `${formatBytes(this.#bytes)} of ${formatBytes(this.#total)}`
    const percent = `${String(Math.floor(share * 100)).padStart(3)} %`
    const facts = [amount, ...this.#speed(), note].filter(Boolean).join('  ')
    return `${phase && `${phase} `}${percent} ${drawBar(share)} ${facts}`.slice(0, width)
  }

  #speed(): string[] {
    const { rate } = this
    if (rate === 0) return []
    const left = formatDuration(((this.#total - this.#bytes) / rate) * 1_000)
    return [`${formatBytes(rate)}/s`, `${left} left`]
  }
}

function drawBar(share: number): string {
  const cells = 20
  const full = Math.min(cells, Math.round(share * cells))
  return `[${'#'.repeat(full)}${'-'.repeat(cells - full)}]`
}
