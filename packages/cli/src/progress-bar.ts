import { formatBytes, formatDuration } from './format.ts'
import type { Clock } from '@waystone/interface'

/** How fast the shown rate follows the measured one: weight of what happened 1 s ago is 1/e. */
const SMOOTHING_MS = 1_000

export interface ProgressInit {
  /** Bytes in all. */
  total: number
  clock: Clock
}

/** Turns byte counts over time into one line: share, amount, rate and time left. */
export class ProgressBar {
  readonly #total: number
  readonly #clock: Clock
  #bytes = 0
  #at: number
  #rate: number | undefined

  constructor({ total, clock }: ProgressInit) {
    this.#total = total
    this.#clock = clock
    this.#at = clock.monotonic()
  }

  /** Bytes a second, smoothed; 0 before the second update. */
  get rate(): number {
    return this.#rate ?? 0
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
    this.#bytes = bytes
    this.#at = now
  }

  /** The line, at most `width` characters, with `note` (the path, say) at its end. */
  render(width: number, note = ''): string {
    const share = this.#total === 0 ? 1 : this.#bytes / this.#total
    const left = this.#rate === undefined || this.#rate === 0 ? '' : formatDuration(this.#remaining())
    const amount = `${formatBytes(this.#bytes)} of ${formatBytes(this.#total)}`
    const facts = [amount, this.#rate === undefined ? '' : `${formatBytes(this.#rate)}/s`, left && `${left} left`, note]
    const percent = `${String(Math.floor(share * 100)).padStart(3)} %`
    return `${percent} ${drawBar(share)} ${facts.filter(Boolean).join('  ')}`.slice(0, width)
  }

  #remaining(): number {
    return ((this.#total - this.#bytes) / this.rate) * 1_000
  }
}

function drawBar(share: number): string {
  const cells = 20
  const full = Math.min(cells, Math.round(share * cells))
  return `[${'#'.repeat(full)}${'-'.repeat(cells - full)}]`
}
