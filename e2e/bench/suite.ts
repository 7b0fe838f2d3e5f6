import type { Row } from './report.ts'

export interface MeasureOptions {
  /** How often each figure is taken; the median counts. */
  runs: number
}

/** Something to measure together with its baseline. */
export interface Measurement {
  name: string
  measure(options: MeasureOptions): Promise<Row[]>
}

export interface Suite {
  name: string
  measurements: Measurement[]
}
