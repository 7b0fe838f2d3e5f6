/** Lines that are drawn again in place on a terminal, and printed only when they change elsewhere. */
export class LiveView {
  readonly #out: NodeJS.WriteStream
  #shown: string[] = []

  constructor(out: NodeJS.WriteStream) {
    this.#out = out
  }

  get isTerminal(): boolean {
    return this.#out.isTTY
  }

  /** Characters that fit into one line; not limited where the output is no terminal. */
  get width(): number {
    return this.#out.isTTY ? this.#out.columns : Infinity
  }

  show(lines: string[]): void {
    if (lines.join('\n') === this.#shown.join('\n')) return
    if (this.#out.isTTY && this.#shown.length > 0) this.#out.write(`\u001b[${this.#shown.length}A\u001b[J`)
    this.#out.write(`${lines.join('\n')}\n`)
    this.#shown = lines
  }
}
