import { reportProgress } from '../interleave.ts'
import { startPeers, startSeed } from './seed.ts'
import type { Row } from '../report.ts'
import type { MeasureOptions, Measurement } from '../suite.ts'

const PEERS = 40
/** Of each peer, one by one and again as many at once. */
const RECORDS_PER_PEER = 64
const MIN_PER_SECOND = 1_000

/** New records of 40 peers, eight at a time, into the empty registry of a seed that has just started. */
export const registrations: Measurement = {
  name: 'registrations',
  async measure({ runs }: MeasureOptions): Promise<Row[]> {
    await using peers = await startPeers({ peers: PEERS, records: RECORDS_PER_PEER })
    const rates = { batches: [] as number[], singles: [] as number[], check: [] as number[] }
    for (let run = 0; run < runs; run++) {
      await using seed = await startSeed()
      await peers.ask('connect', seed.tcpAddress)
      for (const what of ['batches', 'singles', 'check'] as const) {
        const rate = await peers.ask<number>(what)
        reportProgress(`run ${run + 1}  ${what}: ${rate.toFixed(0)}/s`)
        rates[what].push(rate)
      }
    }
    const baseline = { name: 'checking their signatures', samples: rates.check }
    const target = { valueAtLeast: MIN_PER_SECOND }
    return [
      { name: `registrations: ${RECORDS_PER_PEER} a call`, unit: '1/s', samples: rates.batches, baseline, target },
      { name: 'registrations: one a call', unit: '1/s', samples: rates.singles, baseline, target }
    ]
  }
}
