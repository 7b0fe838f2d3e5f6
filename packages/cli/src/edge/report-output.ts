import { systemClock } from '@waystone/kit'
import { terminalText } from '@waystone/kit/terminal-text'
import { jsonLine } from '../json-line.ts'
import { LiveView } from '../live-view.ts'
import type { Clock } from '@waystone/interface'

/** How often progress is shown at most, in milliseconds: more is unreadable and costs time. */
const SHOW_EVERY_MS = 100

export interface ReportInit {
  /** JSON lines for programs instead of text for people. */
  json?: boolean
  clock?: Clock
}

export interface ProgressReport {
  event: object
  /** The line for a terminal of this many characters. */
  line: (width: number) => string
  /** Shown even if something was shown a moment ago. */
  urgent?: boolean
}

/** Where reports of commands go: results to standard output, notes and progress to standard error, JSON all to standard output. */
export class ReportOutput {
  readonly clock: Clock
  readonly #json: boolean
  readonly #view = new LiveView(process.stderr)
  #shownAt = -Infinity

  constructor({ json = false, clock = systemClock }: ReportInit) {
    this.#json = json
    this.clock = clock
  }

  /** Something that people may want to know and programs do not. */
  note(text: string): void {
    if (!this.#json) this.#view.print([`note: ${terminalText(text)}`])
  }

  /** A note where there is no terminal to show progress on. */
  noteOffTerminal(text: string): void {
    if (!this.#view.isTerminal) this.note(text)
  }

  tell(event: object, text: string): void {
    console.log(this.#json ? jsonLine(event) : terminalText(text))
    // both may go to the same terminal, and the next line of progress must not be drawn over a result
    this.#view.leave()
  }

  /** A line that is drawn again on a terminal. */
  progress({ event, line, urgent = false }: ProgressReport): void {
    const now = this.clock.monotonic()
    if (!urgent && now - this.#shownAt < SHOW_EVERY_MS) return
    this.#shownAt = now
    if (this.#json) console.log(jsonLine(event))
    else if (this.#view.isTerminal) this.#view.show([terminalText(line(this.#view.width))])
  }
}
