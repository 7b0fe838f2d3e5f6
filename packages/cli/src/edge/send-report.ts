import { messageOf, nameOf } from '@waystone/kit/error-fields'
import { ProgressBar } from '../progress-bar.ts'
import { ReportOutput } from './report-output.ts'
import type { SendProgress, SentFile } from '@waystone/file-transfer'
import type { ProgressWords } from '../progress-bar.ts'
import type { ReportInit } from './report-output.ts'

export interface SendReportInit extends ReportInit {
  /** No progress. */
  quiet?: boolean
}

/** How far a transfer is; the phase may be one of a newer node, and is only shown. */
export type Progress = Omit<SendProgress, 'phase'> & { phase: string }

/** A file that has its receipt. */
export type Delivered = Pick<
  SentFile,
  'storedAs' | 'size' | 'sha256' | 'route' | 'attempts' | 'sentBytes' | 'durationMs'
>

/** Tells how a transfer goes and how it ended. */
export class SendReport {
  readonly #quiet: boolean
  readonly #output: ReportOutput
  #bar: ProgressBar | undefined
  #phase: string | undefined

  constructor({ quiet = false, ...init }: SendReportInit) {
    this.#quiet = quiet
    this.#output = new ReportOutput(init)
  }

  note(text: string): void {
    this.#output.note(text)
  }

  progress(progress: Progress): void {
    const { phase, bytes, total } = progress
    const urgent = phase !== this.#phase
    // each phase counts from a start of its own, at a speed of its own
    if (urgent) this.#bar = undefined
    this.#phase = phase
    const bar = (this.#bar ??= new ProgressBar({ total, clock: this.#output.clock }))
    bar.update(bytes)
    if (this.#quiet) return
    const words = wordsOn(progress)
    const event = { event: 'progress', ...describeProgress(progress), rate: Math.round(bar.rate) }
    this.#output.progress({ event, line: width => bar.render(width, words), urgent })
    if (urgent && phase === 'waiting') this.#output.noteOffTerminal(words.note ?? '')
  }

  delivered(sent: Delivered): void {
    const { storedAs, size, sha256, route, attempts, sentBytes } = sent
    const durationMs = Math.round(sent.durationMs)
    const { path, reason, transport } = route ?? {}
    const way = route === undefined ? '' : `, path ${route.path} over ${route.transport} (${route.reason})`
    this.#output.tell(
      { event: 'delivered', storedAs, size, sha256, path, reason, transport, attempts, sentBytes, durationMs },
      `delivered ${storedAs}: ${size} bytes, sha256 ${sha256}${way}`
    )
  }
}

function describeProgress({ phase, bytes, total, attempt, route, error }: Progress): object {
  const why = error === undefined ? {} : { error: { name: nameOf(error), message: messageOf(error) } }
  return { phase, bytes, total, attempt, ...(route !== undefined && { path: route.path, via: route.via }), ...why }
}

function wordsOn({ phase, route, attempt, error }: Progress): ProgressWords {
  if (phase === 'waiting') return { phase, note: `attempt ${attempt} broke off, trying again: ${messageOf(error)}` }
  if (phase !== 'sending') return { phase }
  return route === undefined ? {} : { note: `${route.path} over ${route.transport}` }
}
