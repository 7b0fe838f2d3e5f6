/** What a row must be to meet its target. */
export interface Target {
  ratioAtLeast?: number
  ratioAtMost?: number
  /** In the unit of the row. */
  valueAtMost?: number
  /** In the unit of the row. */
  valueAtLeast?: number
}

/** One figure beside its baseline. Both were taken in the same run, by the same means, in turn. */
export interface Row {
  name: string
  unit: string
  /** One value a run. */
  samples: number[]
  baseline: { name: string; samples: number[] }
  target?: Target
}

/** A row with what follows from it. */
export interface JudgedRow extends Row {
  suite: string
  /** Median of the samples. */
  value: number
  /** Median of the baseline's samples. */
  baselineValue: number
  /** `value / baselineValue`. */
  ratio: number
  /** How far the runs lie apart: see {@link spread}. */
  spread: number
  baselineSpread: number
  /** Absent where there is no target. */
  met?: boolean
}

/** Adds the medians, the ratio and, where there is a target, whether it is met. */
export function judge(suite: string, row: Row): JudgedRow {
  const value = median(row.samples)
  const baselineValue = median(row.baseline.samples)
  const ratio = value / baselineValue
  const spreads = { spread: spread(row.samples), baselineSpread: spread(row.baseline.samples) }
  const judged = { suite, ...row, value, baselineValue, ratio, ...spreads }
  return row.target === undefined ? judged : { ...judged, met: isMet(row.target, ratio, value) }
}

// written so that a ratio that is no number meets no target
function isMet(target: Target, ratio: number, value: number): boolean {
  const { ratioAtLeast, ratioAtMost, valueAtMost, valueAtLeast } = target
  if (ratioAtLeast !== undefined && !(ratio >= ratioAtLeast)) return false
  if (ratioAtMost !== undefined && !(ratio <= ratioAtMost)) return false
  if (valueAtLeast !== undefined && !(value >= valueAtLeast)) return false
  return valueAtMost === undefined || value <= valueAtMost
}

/** The middle value; the mean of the middle two for an even count; NaN for none. */
export function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  const upper = sorted[middle] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2
}

/** Half the distance between the lowest and the highest value, as a share of the median: `0.1` reads "within 10 %". */
export function spread(values: number[]): number {
  const range = Math.max(...values) - Math.min(...values)
  // counts of nothing do not spread
  return range === 0 ? 0 : range / 2 / median(values)
}

/** The table that is printed: one line a row, columns aligned. */
export function renderRows(rows: JudgedRow[]): string {
  const cells = [HEADINGS, ...rows.map(cellsOf)]
  const widths = HEADINGS.map((_, column) => Math.max(...cells.map(line => line[column]?.length ?? 0)))
  return cells.map(line => renderLine(line, widths)).join('\n')
}

const HEADINGS = ['suite', 'row', 'value', 'baseline', 'ratio', 'target', 'met', 'runs']

function renderLine(cells: string[], widths: number[]): string {
  return cells
    .map((cell, column) => cell.padEnd(widths[column] ?? 0))
    .join('  ')
    .trimEnd()
}

function cellsOf(row: JudgedRow): string[] {
  const value = `${round(row.value)} ${row.unit} ${percent(row.spread)}`
  const baseline = `${round(row.baselineValue)} ${percent(row.baselineSpread)} ${row.baseline.name}`
  const met = row.met === undefined ? '' : row.met ? 'yes' : 'NO'
  return [row.suite, row.name, value, baseline, row.ratio.toFixed(2), describe(row), met, String(row.samples.length)]
}

function describe({ target = {}, unit }: JudgedRow): string {
  const parts = [
    target.ratioAtLeast !== undefined && `ratio >= ${target.ratioAtLeast}`,
    target.ratioAtMost !== undefined && `ratio <= ${target.ratioAtMost}`,
    target.valueAtMost !== undefined && `<= ${target.valueAtMost} ${unit}`,
    target.valueAtLeast !== undefined && `>= ${target.valueAtLeast} ${unit}`
  ]
  return parts.filter(Boolean).join(', ')
}

function round(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3)
}

function percent(share: number): string {
  return `±${Math.round(share * 100)} %`
}
