/** What is shown of a terminal's size: both are absent where the output is none. */
type Terminal = Pick<NodeJS.WriteStream, 'isTTY' | 'columns' | 'rows' | 'write'>

/** Lines that are drawn again in place on a terminal, and printed only when they change elsewhere. */
export class LiveView {
  readonly #out: Terminal
  #shown: string[] = []

  constructor(out: Terminal) {
    this.#out = out
  }

  get isTerminal(): boolean {
    return this.#out.isTTY
  }

  /** Characters that fit into one line; not limited where the output is no terminal. */
  get width(): number {
    return this.#out.isTTY ? this.#columns : Infinity
  }

  /** Draws lines in place of those shown before. What the window has no rows for is left out. */
  show(lines: string[]): void {
    const fitting = this.#fitting(lines)
    if (fitting.join('\n') === this.#shown.join('\n')) return
    this.#out.write(`${this.#erasure()}${textOf(fitting)}`)
    this.#shown = fitting
  }

  /** Prints lines that stay, above those that are drawn again. */
  print(lines: string[]): void {
    if (!this.#out.isTTY) this.#out.write(textOf(lines))
    else this.#out.write(`${this.#erasure()}${textOf(lines)}${textOf(this.#shown)}`)
  }

  /** Leaves the lines as they are: something else has been written below them. */
  leave(): void {
    this.#shown = []
  }

  // a terminal that does not know its size says 0
  get #columns(): number {
    return this.#out.columns || 80
  }

  get #rows(): number {
    return this.#out.rows || 24
  }

  #erasure(): string {
    if (!this.#out.isTTY || this.#shown.length === 0) return ''
    // the window may have another size now, and its terminal wraps what no longer fits
    const rows = this.#shown.reduce((sum, line) => sum + this.#rowsOf(line), 0)
    return `\u001b[${Math.min(rows, this.#rows)}A\r\u001b[J`
  }

  // the cursor cannot go back to a row that has left the window; its own row is the one below the lines
  #fitting(lines: string[]): string[] {
    if (!this.#out.isTTY) return lines
    let rows = 0
    const end = lines.findIndex(line => (rows += this.#rowsOf(line)) >= this.#rows)
    return end === -1 ? lines : lines.slice(0, end)
  }

  #rowsOf(line: string): number {
    return Math.max(1, Math.ceil(line.length / this.#columns))
  }
}

function textOf(lines: string[]): string {
  return lines.map(line => `${line}\n`).join('')
}
