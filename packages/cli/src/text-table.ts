import { terminalText } from '@waystone/kit/terminal-text'

const GAP = '  '
const LINE_BREAKS = /[\n\t]/g

/** A column of a table: its heading, what stands in it, and whether that is a number. */
export interface TextColumn<T> {
  heading: string
  cell: (row: T) => string
  right?: boolean
}

/** A table as lines, each column as wide as its widest cell. Cells may hold words of remotes. */
export function textTable<T>(columns: readonly TextColumn<T>[], rows: readonly T[]): string[] {
  const cells = [
    columns.map(({ heading }) => heading),
    ...rows.map(row => columns.map(({ cell }) => oneLine(cell(row))))
  ]
  const widths = columns.map((_, index) => Math.max(...cells.map(line => line[index]?.length ?? 0)))
  return cells.map(line =>
    line
      .map((text, index) => pad(text, widths[index] ?? 0, columns[index]?.right === true))
      .join(GAP)
      .trimEnd()
  )
}

/** Text of a remote that can neither steer a terminal nor begin a line of its own. */
export function oneLine(text: string): string {
  return terminalText(text).replace(LINE_BREAKS, '\ufffd')
}

function pad(text: string, width: number, right: boolean): string {
  return right ? text.padStart(width) : text.padEnd(width)
}
