import { systemClock } from '@waystone/kit'
import { LiveView } from '../live-view.ts'
import { ProgressBar } from '../progress-bar.ts'
import type { SendProgress, SentFile } from '@waystone/file-transfer'
import type { Clock } from '@waystone/interface'

/** How often progress is shown at most, in milliseconds: more is unreadable and costs time. */
const SHOW_EVERY_MS = 100

export interface SendReportInit {
  json?: boolean
  quiet?: boolean
  clock?: Clock
}

/** Tells how a transfer goes: a line that is drawn again on a terminal, or JSON lines. The result goes to standard output. */
export class SendReport {
  readonly #json: boolean
  readonly #quiet: boolean
  readonly #clock: Clock
  readonly #view = new LiveView(process.stderr)
  #bar: ProgressBar | undefined
  #shownAt = -Infinity
  #phase: SendProgress['phase'] | undefined

  constructor({ json = false, quiet = false, clock = systemClock }: SendReportInit) {
    this.#json = json
    this.#quiet = quiet
    this.#clock = clock
  }

  note(text: string): void {
    if (!this.#json) process.stderr.write(`note: ${text}\n`)
  }

  progress(progress: SendProgress): void {
    this.#bar ??= new ProgressBar({ total: progress.total, clock: this.#clock })
    this.#bar.update(progress.bytes)
    if (this.#quiet || !this.#isDue(progress.phase)) return
    if (this.#json) printJson({ event: 'progress', ...describeProgress(progress), rate: Math.round(this.#bar.rate) })
    else if (this.#view.isTerminal) this.#view.show([this.#bar.render(this.#view.width, noteOn(progress))])
    else if (progress.phase === 'waiting') this.note(noteOn(progress))
  }

  delivered(sent: SentFile): void {
    const { storedAs, size, sha256, route, attempts, sentBytes, durationMs } = sent
    if (this.#json) {
      const path = route === undefined ? {} : { path: route.path, reason: route.reason, transport: route.transport }
      printJson({
        event: 'delivered',
        storedAs,
        size,
        sha256,
        ...path,
        attempts,
        sentBytes,
        durationMs: Math.round(durationMs)
      })
      return
    }
    const path = route === undefined ? '' : `, path ${route.path} over ${route.transport} (${route.reason})`
    console.log(`delivered ${storedAs}: ${size} bytes, sha256 ${sha256}${path}`)
  }

  #isDue(phase: SendProgress['phase']): boolean {
    const now = this.#clock.monotonic()
    if (phase === this.#phase && now - this.#shownAt < SHOW_EVERY_MS) return false
    this.#phase = phase
    this.#shownAt = now
    return true
  }
}

function printJson(value: object): void {
  process.stdout.write(`${JSON.stringify(value)}\n`)
}

function describeProgress({ phase, bytes, total, attempt, route, error }: SendProgress): object {
  const why = error instanceof Error ? { error: { name: error.name, message: error.message } } : {}
  return { phase, bytes, total, attempt, ...(route !== undefined && { path: route.path, via: route.via }), ...why }
}

function noteOn({ phase, route, attempt, error }: SendProgress): string {
  if (phase === 'waiting') return `attempt ${attempt} broke off, trying again: ${messageOf(error)}`
  if (phase === 'sending' && route !== undefined) return `${route.path} over ${route.transport}`
  return phase
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
