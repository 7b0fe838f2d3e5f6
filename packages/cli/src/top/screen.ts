import type { TopSize } from './render.ts'

const ESCAPE = '\u001b'
const ENTER = `${ESCAPE}[?1049h${ESCAPE}[?25l`
const LEAVE = `${ESCAPE}[?25h${ESCAPE}[?1049l`
const HOME = `${ESCAPE}[H`
const ERASE_LINE = `${ESCAPE}[K`
const ERASE_BELOW = `${ESCAPE}[J`

export interface ScreenInit {
  input: NodeJS.ReadStream
  output: NodeJS.WriteStream
  onKey: (key: string) => void
  onResize: () => void
}

/**
 * A terminal as one screen: drawn over and over, beside what was there before,
 * which comes back when it is disposed of, or when the process ends in any
 * other way that leaves it a moment.
 */
export class Screen implements Disposable {
  readonly #init: ScreenInit
  readonly #restore = (): void => this[Symbol.dispose]()
  readonly #read = (chunk: Buffer): void => this.#readKeys(chunk.toString())
  #entered = false

  constructor(init: ScreenInit) {
    this.#init = init
  }

  get size(): TopSize {
    const { columns, rows } = this.#init.output
    // a terminal that does not know its size says 0
    return { columns: columns || 80, rows: rows || 24 }
  }

  enter(): void {
    const { input, output, onResize } = this.#init
    this.#entered = true
    process.on('exit', this.#restore)
    output.on('resize', onResize)
    if (input.isTTY) input.setRawMode(true).on('data', this.#read).resume()
    output.write(ENTER)
  }

  draw(lines: readonly string[]): void {
    if (!this.#entered) return
    // no line feed after the last one: the screen would scroll
    this.#init.output.write(`${HOME}${lines.map(line => `${line}${ERASE_LINE}`).join('\r\n')}${ERASE_BELOW}`)
  }

  [Symbol.dispose](): void {
    if (!this.#entered) return
    this.#entered = false
    const { input, output, onResize } = this.#init
    process.off('exit', this.#restore)
    output.off('resize', onResize)
    if (input.isTTY) input.setRawMode(false).off('data', this.#read).pause()
    output.write(LEAVE)
  }

  #readKeys(text: string): void {
    // what begins with Escape is an arrow or a function key
    if (!text.startsWith(ESCAPE)) for (const key of text) this.#init.onKey(key)
  }
}
