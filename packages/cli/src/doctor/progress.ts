import { terminalText } from '@waystone/kit/terminal-text'
import { LiveView } from '../live-view.ts'

/** What an examination gets from the command line. */
export interface Examination {
  progress: ExaminationProgress
  signal: AbortSignal
  /** For each check; the node's own default if left out. */
  timeoutMs: number | undefined
}

/** One line on the terminal that says what was found last; the report itself comes at the end. */
export class ExaminationProgress implements Disposable {
  readonly #view = new LiveView(process.stderr)
  readonly #json: boolean
  #count = 0

  constructor(json: boolean) {
    this.#json = json
  }

  /** Something that people may want to know and programs do not. */
  note(text: string): void {
    if (!this.#json) this.#view.print([`note: ${terminalText(text)}`])
  }

  /** A finding has been made. */
  found(summary: string): void {
    this.#count++
    if (!this.#view.isTerminal) return
    this.#view.show([terminalText(`examining, ${this.#count} found: ${summary}`).slice(0, this.#view.width)])
  }

  clear(): void {
    if (this.#view.isTerminal) this.#view.show([])
  }

  [Symbol.dispose](): void {
    this.clear()
  }
}
