import { interleave } from '../interleave.ts'
import { p99, startPeers, startSeed } from './seed.ts'
import { RECORDS_TEXT } from './size.ts'
import type { Row } from '../report.ts'
import type { MeasureOptions, Measurement } from '../suite.ts'

const QUERIES = 300
const MAX_MS = 20

/** One peer asks one seed over RPC, filters on indexed fields, pages of 100. */
export const queries: Measurement = {
  name: 'queries',
  async measure({ runs }: MeasureOptions): Promise<Row[]> {
    await using seed = await startSeed({ isFull: true })
    const ask = async (): Promise<number> => {
      // as one that asks now and then: nobody is slowed down for asking too often
      await using peer = await startPeers({ peers: 1, records: 0 })
      await peer.ask('connect', seed.tcpAddress)
      const times = await peer.ask<number[]>('queries', QUERIES)
      medians.push(times.toSorted((a, b) => a - b)[QUERIES / 2] ?? Number.NaN)
      return p99(times)
    }
    const medians: number[] = []
    const samples = await interleave({ ask }, { runs })
    const row: Row = {
      name: `${RECORDS_TEXT} records: filter query on an indexed field, p99`,
      unit: 'ms',
      samples: samples.ask,
      baseline: { name: 'median of the same', samples: medians.slice(1) },
      target: { valueAtMost: MAX_MS }
    }
    return [row]
  }
}
