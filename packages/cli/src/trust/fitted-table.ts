import { textTable } from '../text-table.ts'
import type { TextColumn } from '../text-table.ts'

/** A column that a narrow terminal may lose. */
export interface FittedColumn<T> extends TextColumn<T> {
  /** Left out where the table does not fit: those with the lowest number first. Absent: never. */
  spare?: number
}

/** What is known of the output: no width where it is no terminal. */
export type Output = Pick<NodeJS.WriteStream, 'isTTY' | 'columns'>

/** Characters that fit into one line; not limited where the output is no terminal. */
export function widthOf({ isTTY, columns }: Output): number {
  // a terminal that does not know its size says 0
  return isTTY ? columns || 80 : Infinity
}

/** A table of which whole columns are left out, and then the ends of lines, where a line is too short for it. */
export function fittedTable<T>(columns: readonly FittedColumn<T>[], rows: readonly T[], width: number): string[] {
  const lines = textTable(columns, rows)
  const spare = leastNeeded(columns)
  if (spare === undefined || lines.every(line => line.length <= width)) return cutLines(lines, width)
  const rest = columns.filter(column => column !== spare)
  return fittedTable(rest, rows, width)
}

/** Lines without what no longer fits into them. */
export function cutLines(lines: readonly string[], width: number): string[] {
  return lines.map(line => (line.length <= width ? line : `${line.slice(0, Math.max(0, width - 1))}…`))
}

function leastNeeded<T>(columns: readonly FittedColumn<T>[]): FittedColumn<T> | undefined {
  const spare = columns.filter(column => column.spare !== undefined)
  return spare.toSorted((a, b) => (a.spare ?? 0) - (b.spare ?? 0))[0]
}
