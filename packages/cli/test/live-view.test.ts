import { describe, expect, it } from 'vitest'
import { LiveView } from '../src/live-view.ts'

/** A terminal as far as the view uses it: text, line breaks, going up and erasing what is below. */
class Screen {
  isTTY = true
  columns: number
  rows: number
  #cells: string[] = ['']

  constructor(columns: number, rows: number) {
    this.columns = columns
    this.rows = rows
  }

  get lines(): string[] {
    return this.#cells.map(line => line.trimEnd())
  }

  write(text: string): boolean {
    const [plain = '', ...sequences] = text.split('\u001B[')
    this.#print(plain)
    for (const sequence of sequences) {
      const [whole, up] = /^(?:(\d+)A\r|J)/.exec(sequence) ?? ['']
      if (up !== undefined) this.#goUp(Number(up))
      this.#print(sequence.slice(whole.length))
    }
    return true
  }

  /** Wraps the lines anew, as terminals do. */
  resize(columns: number): void {
    const wrapped = this.#cells.flatMap(line => line.match(new RegExp(`.{1,${columns}}`, 'g')) ?? [''])
    this.#cells = wrapped
    this.columns = columns
  }

  #print(text: string): void {
    for (const character of text) this.#put(character)
  }

  #put(character: string): void {
    const last = this.#cells.at(-1) ?? ''
    if (character === '\n') this.#cells.push('')
    else if (last.length === this.columns) this.#cells.push(character)
    else this.#cells[this.#cells.length - 1] = last + character
  }

  // everything the view erases is below the row it goes to; rows above the window are out of reach
  #goUp(rows: number): void {
    const reachable = Math.min(rows, this.rows - 1)
    this.#cells = [...this.#cells.slice(0, Math.max(0, this.#cells.length - 1 - reachable)), '']
  }
}

function viewOn(columns: number, rows = 24) {
  const screen = new Screen(columns, rows)
  return { screen, view: new LiveView(screen) }
}

describe('lines that are drawn again in place', () => {
  it('leave nothing behind when they wrap', () => {
    const { screen, view } = viewOn(10)
    view.show(['a'.repeat(25), 'b'])
    view.show(['c', 'd'])
    expect(screen.lines).toEqual(['c', 'd', ''])
  })

  it('take one row when they are exactly as wide as the window', () => {
    const { screen, view } = viewOn(10)
    screen.write('above\n')
    view.show(['a'.repeat(10)])
    view.show(['b'])
    expect(screen.lines).toEqual(['above', 'b', ''])
  })

  it('leave nothing behind when the window has become narrower', () => {
    const { screen, view } = viewOn(40)
    screen.write('above\n')
    view.show(['a'.repeat(35), 'b'])
    screen.resize(10)
    view.show(['c'])
    expect(screen.lines).toEqual(['above', 'c', ''])
  })

  it('are cut where the window has no more rows', () => {
    const { screen, view } = viewOn(10, 4)
    for (const mark of ['a', 'b']) view.show(Array.from({ length: 9 }, (_, row) => `${mark}${row}`))
    expect(screen.lines).toEqual(['b0', 'b1', 'b2', ''])
  })

  it('stay below what is printed once, however long it is', () => {
    const { screen, view } = viewOn(10)
    view.show(['table'])
    view.print(['x'.repeat(25)])
    view.show(['later'])
    expect(screen.lines).toEqual(['x'.repeat(10), 'x'.repeat(10), 'x'.repeat(5), 'later', ''])
  })

  it('stay where they are once they are left', () => {
    const { screen, view } = viewOn(10)
    view.show(['one'])
    view.leave()
    screen.write('result\n')
    view.show(['two'])
    expect(screen.lines).toEqual(['one', 'result', 'two', ''])
  })

  it('are printed one after the other where there is no terminal', () => {
    const written: string[] = []
    const out = { isTTY: false, columns: 0, rows: 0, write: (text: string) => written.push(text) > 0 }
    const view = new LiveView(out)
    view.show(['a'])
    view.show(['a'])
    view.print(['note'])
    view.show(['b'])
    expect(written).toEqual(['a\n', 'note\n', 'b\n'])
  })
})
